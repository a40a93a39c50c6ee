#include "pop3/command.hpp"

#include <algorithm>
#include <iterator>

#include "base/bytes.hpp"

namespace freehold::pop3 {

namespace {

// What stands behind a keyword.
enum class Shape {
  nothing,
  text,           // all to the end of the line, which may have spaces
  message,        // a number
  maybe_message,  // a number or nothing
  top,            // two numbers
  sasl,           // a mechanism, perhaps an initial response
};

struct Keyword {
  std::string_view name;
  Verb verb;
  Shape shape;
};

constexpr Keyword kKeywords[] = {
    {"AUTH", Verb::auth, Shape::sasl},          {"CAPA", Verb::capa, Shape::nothing},
    {"DELE", Verb::dele, Shape::message},       {"LIST", Verb::list, Shape::maybe_message},
    {"NOOP", Verb::noop, Shape::nothing},       {"PASS", Verb::pass, Shape::text},
    {"QUIT", Verb::quit, Shape::nothing},       {"RETR", Verb::retr, Shape::message},
    {"RSET", Verb::rset, Shape::nothing},       {"STAT", Verb::stat, Shape::nothing},
    {"STLS", Verb::stls, Shape::nothing},       {"TOP", Verb::top, Shape::top},
    {"UIDL", Verb::uidl, Shape::maybe_message}, {"USER", Verb::user, Shape::text},
    {"UTF8", Verb::utf8, Shape::nothing},
};

// A tab may be part of a password; no other control character is of any use.
bool has_control_characters(std::string_view line) {
  return std::ranges::any_of(line, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// The next word of what is left, with the one space behind it.
std::string_view take_word(std::string_view& rest) {
  const auto end = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

// A message or line number, or a complaint.
std::optional<std::uint64_t> take_number(std::string_view& rest, Command& command) {
  const auto number = parse_number(take_word(rest));
  if (!number) command.complaint = "a number is missing or wrong";
  return number;
}

void read_arguments(Shape shape, std::string_view rest, Command& command) {
  if (shape == Shape::text) {
    command.text = rest;
    if (rest.empty()) command.complaint = "it needs an argument";
    return;
  }
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  switch (shape) {
    case Shape::maybe_message:
      if (!rest.empty()) command.message = take_number(rest, command);
      break;
    case Shape::message:
      command.message = take_number(rest, command);
      break;
    case Shape::top:
      command.message = take_number(rest, command);
      command.lines = take_number(rest, command).value_or(0);
      break;
    case Shape::sasl:
      command.text = to_upper(take_word(rest));
      if (command.text.empty()) command.complaint = "it needs a mechanism";
      if (!rest.empty()) command.initial = take_word(rest);
      break;
    case Shape::nothing:
    case Shape::text:
      break;
  }
  if (!rest.empty()) command.complaint = "it has too many arguments";
}

}  // namespace

Command parse_command(std::string_view line) {
  Command command;
  if (has_control_characters(line)) {
    command.complaint = "the command has control characters";
    return command;
  }
  auto rest = line;
  const auto name = take_word(rest);
  const auto* keyword = std::ranges::find_if(
      kKeywords, [&](const Keyword& known) { return iequals(known.name, name); });
  if (keyword == std::end(kKeywords)) {
    command.complaint = "no such command";
    return command;
  }
  command.verb = keyword->verb;
  read_arguments(keyword->shape, rest, command);
  return command;
}

}  // namespace freehold::pop3
