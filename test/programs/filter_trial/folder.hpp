#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace freehold::filter::trial {

struct Sample {
  std::string raw;  // with CRLF
  bool spam = false;
};

// All messages below FOLDER/ham and FOLDER/spam, each once: files, maildirs, and mboxes (files that
// begin with "From "). In an order that depends on their content only. At most `most` of each.
[[nodiscard]] std::vector<Sample> read_folder(const std::filesystem::path& folder,
                                              std::size_t most);

}  // namespace freehold::filter::trial
