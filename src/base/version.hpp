#pragma once

#include <string_view>

namespace freehold {

// Set by CMake from the project's version.
constexpr std::string_view kVersion = FREEHOLD_VERSION;

}  // namespace freehold
