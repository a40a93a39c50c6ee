#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "message/parser.hpp"
#include "message/testing/parsed_check.hpp"

namespace {

using namespace freehold::message;

// Cut at places that the message itself decides on, so that a finding can be repeated.
Parsed parse_in_pieces(std::string_view message, const Limits& limits) {
  Parser parser(limits);
  std::uint32_t state = static_cast<std::uint32_t>(message.size()) + 1;
  while (!message.empty()) {
    state = state * 1664525U + 1013904223U;
    const std::size_t size = std::min<std::size_t>(1 + (state >> 24) % 40, message.size());
    parser.feed(message.substr(0, size));
    message.remove_prefix(size);
  }
  return parser.finish();
}

void check(std::string_view message, const Limits& limits) {
  const Parsed whole = parse(message, limits);
  if (!testing::unsound(whole, message.size()).empty()) std::abort();
  if (!testing::different(parse_in_pieces(message, limits), whole).empty()) std::abort();
  for (std::size_t i = 0; i < whole.parts.size(); ++i) {
    static_cast<void>(section_of(whole.parts, i));
    static_cast<void>(is_attachment(whole.parts, i));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  check(message, {});
  check(message, {.header = 100,
                  .part_header = 60,
                  .part_headers = 200,
                  .fields = 3,
                  .parts = 4,
                  .depth = 3,
                  .preview_input = 20,
                  .preview = 10});
  return 0;
}
