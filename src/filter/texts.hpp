#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "message/parser.hpp"

namespace freehold::filter {

// The beginning of one text of a message, decoded.
struct Text {
  bool html = false;
  std::string utf8;
};

// Bytes of the message from `offset`, at most `most`; fewer, but not none, unless it ends there.
using ReadBytes = std::function<std::string(std::uint64_t offset, std::size_t most)>;

// The texts that a reader is shown, each from its beginning, within the limits. Reads by pieces;
// blocks when `bytes` does.
[[nodiscard]] std::vector<Text> read_texts(const message::Parsed& parsed, const ReadBytes& bytes);
// Of a message that is in memory.
[[nodiscard]] std::vector<Text> read_texts(const message::Parsed& parsed, std::string_view whole);

}  // namespace freehold::filter
