#include "smtp/capabilities.hpp"

#include "base/bytes.hpp"

namespace freehold::smtp {

namespace {

std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

struct Flag {
  std::string_view keyword;
  bool Capabilities::* flag;
};
constexpr Flag kFlags[] = {
    {"PIPELINING", &Capabilities::pipelining},
    {"8BITMIME", &Capabilities::eight_bit},
    {"BINARYMIME", &Capabilities::binary},
    {"CHUNKING", &Capabilities::chunking},
    {"SMTPUTF8", &Capabilities::smtputf8},
    {"DSN", &Capabilities::dsn},
    {"STARTTLS", &Capabilities::starttls},
    {"REQUIRETLS", &Capabilities::require_tls},
    {"SIZE", &Capabilities::size},
};

void read_limits(std::string_view text, Capabilities& out) {
  constexpr std::string_view name = "RCPTMAX=";
  for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
    if (istarts_with(word, name)) out.max_recipients = parse_number(word.substr(name.size()));
  }
}

}  // namespace

Capabilities read_capabilities(const Reply& reply) {
  Capabilities out;
  for (std::size_t i = 1; i < reply.lines.size(); ++i) {  // the first is the server's name
    std::string_view rest = reply.lines[i];
    // "AUTH=LOGIN" of old servers is written like AUTH.
    const std::string_view word = istarts_with(rest, "AUTH=") ? rest.substr(0, 4) : take_word(rest);
    if (iequals(word, "AUTH")) {
      if (!rest.empty() && rest.data() == word.data()) rest.remove_prefix(5);
      for (std::string_view m = take_word(rest); !m.empty(); m = take_word(rest)) {
        out.auth.emplace_back(m);
      }
      continue;
    }
    for (const Flag& flag : kFlags) {
      if (iequals(word, flag.keyword)) out.*flag.flag = true;
    }
    if (iequals(word, "SIZE")) out.max_size = parse_number(trim(rest)).value_or(0);
    if (iequals(word, "LIMITS")) read_limits(rest, out);
  }
  return out;
}

}  // namespace freehold::smtp
