#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace freehold::cli {

struct Setup {
  std::string hostname;
  std::string domain;
  std::filesystem::path data = "/var/lib/freehold";
};

// Writes the configuration (never over one that is there), makes a self-signed certificate beside
// it, makes the store with the first domain. Returns what to do next, for people.
[[nodiscard]] Result<std::string> run_setup(const Setup& setup,
                                            const std::filesystem::path& config_file);

}  // namespace freehold::cli
