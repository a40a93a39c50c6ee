#include "smtp/command.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "smtp/limits.hpp"

namespace freehold::smtp {

namespace {

using Parsed = std::expected<Command, Reply>;

std::unexpected<Reply> syntax(std::string what) {
  return std::unexpected(Reply(501, {5, 5, 4}, std::move(what)));
}

// RFC 5321, 4.1.1.1 has a domain or a literal. Real clients send all sorts of names, so whatever
// may stand in our Received field unescaped is taken.
Parsed hello(Hello::Kind kind, std::string_view argument) {
  constexpr std::string_view others = "-_.:[]";
  const auto safe = [others](char c) {
    return is_alpha(c) || is_digit(c) || others.find(c) != others.npos;
  };
  if (argument.empty()) return syntax("your name is missing");
  if (argument.size() > kMaxDomain || !std::ranges::all_of(argument, safe)) {
    return syntax("that is no domain or address literal");
  }
  return Hello{kind, std::string(argument)};
}

// Takes "FROM:" or "TO:" and the blanks that many clients put behind it.
bool take_keyword(std::string_view& text, std::string_view keyword) {
  if (!istarts_with(text, keyword)) return false;
  text.remove_prefix(keyword.size());
  while (text.starts_with(' ')) text.remove_prefix(1);
  return true;
}

Parsed mail(std::string_view argument) {
  if (!take_keyword(argument, "FROM:")) return syntax("use MAIL FROM:<address>");
  PathOutcome out = take_path(argument);
  if (!out.path) return std::unexpected(Reply(501, {5, 1, 7}, out.error));
  if (!out.path->null() && out.path->domain.empty()) {
    return std::unexpected(Reply(501, {5, 1, 7}, "no @domain after the local part"));
  }
  auto parameters = parse_mail_parameters(out.rest);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  if (!out.path->ascii() && !parameters->smtputf8) {
    return std::unexpected(Reply(553, {5, 6, 7}, "this address needs SMTPUTF8"));
  }
  return Mail{std::move(*out.path), std::move(*parameters)};
}

Parsed rcpt(std::string_view argument) {
  if (!take_keyword(argument, "TO:")) return syntax("use RCPT TO:<address>");
  PathOutcome out = take_path(argument);
  if (!out.path) return std::unexpected(Reply(501, {5, 1, 3}, out.error));
  if (out.path->null()) return std::unexpected(Reply(501, {5, 1, 3}, "<> is no recipient"));
  auto parameters = parse_rcpt_parameters(out.rest);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  return Rcpt{std::move(*out.path), std::move(*parameters)};
}

Parsed bdat(std::string_view argument) {
  const std::size_t blank = argument.find(' ');
  const auto size = parse_number(argument.substr(0, blank));
  if (!size) return syntax("use BDAT size [LAST]");
  if (blank == argument.npos) return Bdat{*size, false};
  if (!iequals(trim(argument.substr(blank)), "LAST")) return syntax("use BDAT size [LAST]");
  return Bdat{*size, true};
}

Parsed auth(std::string_view argument) {
  const std::size_t blank = argument.find(' ');
  const std::string_view mechanism = argument.substr(0, blank);
  const auto allowed = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; };
  if (mechanism.empty() || mechanism.size() > 20 || !std::ranges::all_of(mechanism, allowed)) {
    return syntax("use AUTH mechanism [initial response]");
  }
  Auth out{std::string(mechanism), std::nullopt};
  if (blank != argument.npos) out.initial = trim(argument.substr(blank));
  return out;
}

// A command that has no argument.
template <class Alone>
Parsed alone(std::string_view argument) {
  if (!argument.empty()) return syntax("this command takes no argument");
  return Alone{};
}

// RFC 5321, 4.1.1.6 to 4.1.1.9: the argument is a string that means nothing to us.
template <class Talk>
Parsed talk(std::string_view) {
  return Talk{};
}

Parsed asks(std::string_view argument, Command command) {
  if (argument.empty()) return syntax("whom?");
  return command;
}

struct Verb {
  std::string_view name;
  Parsed (*parse)(std::string_view argument);
};

constexpr std::array kVerbs{
    Verb{"EHLO", [](std::string_view a) { return hello(Hello::Kind::ehlo, a); }},
    Verb{"HELO", [](std::string_view a) { return hello(Hello::Kind::helo, a); }},
    Verb{"LHLO", [](std::string_view a) { return hello(Hello::Kind::lhlo, a); }},
    Verb{"MAIL", mail},
    Verb{"RCPT", rcpt},
    Verb{"DATA", alone<Data>},
    Verb{"BDAT", bdat},
    Verb{"RSET", alone<Rset>},
    Verb{"NOOP", talk<Noop>},
    Verb{"QUIT", alone<Quit>},
    Verb{"HELP", talk<Help>},
    Verb{"VRFY", [](std::string_view a) { return asks(a, Vrfy{}); }},
    Verb{"EXPN", [](std::string_view a) { return asks(a, Expn{}); }},
    Verb{"STARTTLS", alone<StartTls>},
    Verb{"AUTH", auth},
};

}  // namespace

Parsed parse_command(std::string_view line) {
  if (line.find('\0') != line.npos)
    return std::unexpected(Reply(500, {5, 5, 2}, "NUL in a command"));
  while (line.ends_with(' ') || line.ends_with('\t')) line.remove_suffix(1);  // RFC 5321, 4.1.1
  const std::size_t blank = line.find(' ');
  const std::string_view name = line.substr(0, blank);
  const std::string_view argument =
      blank == line.npos ? std::string_view() : trim(line.substr(blank));
  // AUTH alone may be longer (RFC 4954, 4).
  if (line.size() > kMaxCommandLine && !iequals(name, "AUTH")) {
    return std::unexpected(Reply(500, {5, 5, 2}, "line too long"));
  }
  const auto verb =
      std::ranges::find_if(kVerbs, [name](const Verb& v) { return iequals(v.name, name); });
  if (verb == kVerbs.end()) return std::unexpected(Reply(500, {5, 5, 1}, "unknown command"));
  return verb->parse(argument);
}

}  // namespace freehold::smtp
