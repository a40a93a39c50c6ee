#include <cstdint>
#include <cstdlib>

#include "smtp/capabilities.hpp"
#include "smtp/reply.hpp"

namespace {

using namespace freehold::smtp;

// A reply that was read is written as one reply, of lines that are not too long.
void check(const Reply& reply) {
  (void)read_capabilities(reply);
  std::string out;
  append_reply(out, reply);
  ReplyParser parser;
  auto state = ReplyParser::State::more;
  std::string_view rest = out;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    if (end == rest.npos || end > 510 || state != ReplyParser::State::more) std::abort();
    state = parser.add_line(rest.substr(0, end));
    rest.remove_prefix(end + 2);
  }
  if (state != ReplyParser::State::complete || parser.take().code != reply.code) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  ReplyParser parser;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    if (parser.add_line(line) == ReplyParser::State::complete) check(parser.take());
  }
  return 0;
}
