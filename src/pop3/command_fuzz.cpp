#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/dot_stuffer.hpp"
#include "pop3/command.hpp"
#include "pop3/excerpt.hpp"

namespace {

using namespace freehold::pop3;

void check_command(std::string_view line) {
  const auto command = parse_command(line);
  if (command.verb == Verb::unknown && command.complaint.empty()) std::abort();
  if (command.text.size() > line.size()) std::abort();
  if (!command.complaint.empty()) return;
  const bool needs_number =
      command.verb == Verb::retr || command.verb == Verb::dele || command.verb == Verb::top;
  if (needs_number && !command.message) std::abort();
}

// What TOP and RETR send is the same however the message comes in pieces, and has one end mark.
void check_text(std::string_view message, std::uint64_t lines, std::size_t at_once) {
  std::string sent[2];
  for (int i = 0; i < 2; ++i) {
    Excerpt excerpt(lines);
    freehold::net::DotStuffer stuffer;
    auto left = message;
    while (!left.empty() && !excerpt.complete()) {
      const auto piece = left.substr(0, i == 0 ? left.size() : at_once);
      stuffer.add(excerpt.take(piece), sent[i]);
      left.remove_prefix(piece.size());
    }
    stuffer.finish(sent[i]);
  }
  if (sent[0] != sent[1]) std::abort();
  const auto framed = "\r\n" + sent[0];
  if (framed.find("\r\n.\r\n") != framed.size() - 5) std::abort();
}

}  // namespace

// Even first octet: the rest is a command; odd: it is a message, and the second octet says how much
// of it is shown and how it comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (data[0] % 2 == 0) {
    check_command(text.substr(1));
  } else {
    check_text(text.substr(2), data[1] % 8, 1 + data[1] / 8);
  }
  return 0;
}
