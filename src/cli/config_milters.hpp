#pragma once

#include <toml++/toml.h>

#include <filesystem>

#include "base/result.hpp"
#include "cli/config.hpp"

namespace freehold::cli {

// The tables [[milter]]; see freehold.toml(5).
[[nodiscard]] Result<> read_milters(const std::filesystem::path& file, const toml::array& tables,
                                    Config& config);

}  // namespace freehold::cli
