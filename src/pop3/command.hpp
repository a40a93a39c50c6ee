#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// POP3's commands without any I/O.
namespace freehold::pop3 {

enum class Verb {
  unknown,
  auth,
  capa,
  dele,
  list,
  noop,
  pass,
  quit,
  retr,
  rset,
  stat,
  stls,
  top,
  uidl,
  user,
  utf8,
};

// One command line (RFC 1939, 3), read.
struct Command {
  Verb verb = Verb::unknown;
  std::string text;                      // USER, PASS: to the end of the line; AUTH: the mechanism
  std::optional<std::string> initial;    // AUTH: the initial response as it was sent
  std::optional<std::uint64_t> message;  // LIST, UIDL, RETR, DELE, TOP: its number
  std::uint64_t lines = 0;               // TOP: how many of the body
  std::string complaint;                 // not empty: why this is no command
};

// `line` without its CRLF. Keywords are in either case; spaces at the end are forgiven but for
// passwords, as spaces within these are.
[[nodiscard]] Command parse_command(std::string_view line);

}  // namespace freehold::pop3
