#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "search/limits.hpp"

namespace freehold::search {

// Commands that turn a file into text, by MIME type: program and arguments. The file is the
// command's standard input; an argument "{}" becomes its path.
using Extractors = std::map<std::string, std::vector<std::string>>;

// What one run may use.
struct ExtractorBounds {
  std::chrono::seconds cpu = kExtractorCpu;
  std::chrono::milliseconds wall = kExtractorWall;
  std::uint64_t memory = kExtractorMemory;  // address space
  std::size_t output = kMaxExtractedText;   // what comes after it is thrown away
};

struct Extracted {
  std::string text;    // standard output, as it came
  bool ended = false;  // by itself, with status 0
};

// Runs a command over a file's bytes, in a folder of its own below `folder`. Files from strangers
// are what parsers break at, so the process has no network, no other processes, no file but the
// system's programs and libraries and this one, nothing to write to, and an end: namespaces,
// Landlock (where the kernel has them), rlimits, and death with all its children after the time.
// Blocks. What cannot be run gives no text.
[[nodiscard]] Extracted extract(const std::vector<std::string>& command, std::string_view bytes,
                                const std::filesystem::path& folder,
                                const ExtractorBounds& bounds = {}, std::stop_token stop = {});

}  // namespace freehold::search
