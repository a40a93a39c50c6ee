#pragma once

#include <string>
#include <string_view>

#include "store/engine.hpp"

namespace freehold::store {

// 32 random bytes, made at the first call and kept in the store under that name. Blocks; for the
// start of the program.
[[nodiscard]] std::string stored_secret(Engine& engine, std::string_view name);

}  // namespace freehold::store
