#include "filter/milter_answer.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "filter/milter_packet.hpp"

namespace freehold::filter::milter {

namespace {

using Kind = Answer::Kind;
using What = HeaderChange::What;
using Read = std::expected<Answer, std::string_view>;

Answer refusing(int code, std::uint16_t subject, std::uint16_t detail, std::string text) {
  Answer answer{.kind = Kind::refuse};
  const auto klass = static_cast<std::uint16_t>(code / 100);
  answer.refusal = {code, {klass, subject, detail}, {std::move(text)}};
  return answer;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  std::ranges::replace_if(out, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

// libmilter's programs write a percent sign twice.
std::string without_doubled_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '%' && text.substr(i + 1).starts_with('%')) ++i;
  }
  return out;
}

std::optional<std::uint16_t> take_status_part(std::string_view& text) {
  const auto size = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, size));
  if (!number || size > 3) return std::nullopt;
  text.remove_prefix(size);
  return static_cast<std::uint16_t>(*number);
}

// "5.7.1 " at the front, of the code's own class; nothing: it does not stand there.
std::optional<std::array<std::uint16_t, 3>> take_status(std::string_view& text, int code) {
  std::array<std::uint16_t, 3> status{};
  auto rest = text;
  for (std::size_t i = 0; i < status.size(); ++i) {
    if (i > 0) {
      if (!rest.starts_with('.')) return std::nullopt;
      rest.remove_prefix(1);
    }
    const auto part = take_status_part(rest);
    if (!part) return std::nullopt;
    status.at(i) = *part;
  }
  if (status[0] != code / 100 || (!rest.empty() && !rest.starts_with(' '))) return std::nullopt;
  text = rest.starts_with(' ') ? rest.substr(1) : rest;
  return status;
}

std::optional<int> reply_code(std::string_view line) {
  const auto number = parse_number(line.substr(0, 3));
  if (line.size() < 3 || !number || *number < 400 || *number > 599) return std::nullopt;
  return static_cast<int>(*number);
}

// "550 5.7.1 no", or "550-5.7.1 no\r\n550 5.7.1 really not".
Read read_reply_code(std::string_view text) {
  Answer answer{.kind = Kind::refuse};
  auto& refusal = answer.refusal;
  const auto code = reply_code(text);
  if (!code) return std::unexpected("a reply code that is not 4xx or 5xx");
  refusal.code = *code;
  refusal.status = {static_cast<std::uint16_t>(*code / 100), 7, 1};
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(text.find_first_not_of("\r\n", end), text.size()));
    if (reply_code(line) != code) return std::unexpected("a reply of several codes");
    if (refusal.lines.size() == kMaxMilterReplyLines) return std::unexpected("too long a reply");
    line.remove_prefix(3);
    if (line.starts_with(' ') || line.starts_with('-')) line.remove_prefix(1);
    if (const auto status = take_status(line, *code)) refusal.status = *status;
    refusal.lines.push_back(printable(without_doubled_percent(line), kMaxMilterReplyText));
  }
  // 421 says that we hang up, which we do not.
  if (refusal.code == 421) refusal.code = 451;
  return answer;
}

// RFC 5322, 3.6.8: printable ASCII but the colon.
bool is_field_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxMilterFieldName &&
         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f' && c != ':'; });
}

Read read_header(What what, bool has_index, std::string_view payload) {
  PayloadReader reader(payload);
  Answer answer{.kind = Kind::header};
  answer.header.what = what;
  if (has_index) {
    const auto index = reader.number();
    if (!index) return std::unexpected("a header change without its index");
    answer.header.index = *index;
  }
  const auto name = reader.text();
  const auto value = reader.text();
  if (!value || !reader.at_end()) return std::unexpected("a malformed header change");
  if (!is_field_name(*name)) return std::unexpected("a field with a bad name");
  answer.header.name = *name;
  answer.header.value = *value;
  return answer;
}

Read read_text(Kind kind, std::string_view payload) {
  PayloadReader reader(payload);
  const auto text = reader.text();
  if (!text) return std::unexpected("a text without its end");
  Answer answer{.kind = kind};
  answer.text = printable(*text, kMaxMilterReason);
  return answer;
}

Answer unapplied(const char* what) {
  Answer answer{.kind = Kind::unapplied};
  answer.text = what;
  return answer;
}

}  // namespace

Read read_answer(char letter, std::string_view payload) {
  switch (letter) {
    case 'c':
      return Answer{.kind = Kind::go_on};
    case 'a':
      return Answer{.kind = Kind::accept};
    case 'd':
      return Answer{.kind = Kind::discard};
    case 'p':
      return Answer{.kind = Kind::progress};
    case 's':
      return Answer{.kind = Kind::skip};
    case 'r':
      return refusing(550, 7, 1, "refused by a filter");
    case 't':
      return refusing(451, 7, 1, "not now, try again later");
    case '4':  // SMFIR_SHUTDOWN
    case 'f':  // SMFIR_CONN_FAIL
      return refusing(451, 3, 2, "not now, try again later");
    case 'y': {
      PayloadReader reader(payload);
      const auto text = reader.text();
      if (!text) return std::unexpected("a reply without its end");
      return read_reply_code(*text);
    }
    case 'q':
      return read_text(Kind::quarantine, payload);
    case '-':
      return read_text(Kind::remove_recipient, payload);
    case 'h':
      return read_header(What::add, false, payload);
    case 'i':
      return read_header(What::insert, true, payload);
    case 'm':
      return read_header(What::change, true, payload);
    case '+':
    case '2':
      return unapplied("add a recipient");
    case 'b':
      return unapplied("replace the body");
    case 'e':
      return unapplied("change the sender");
    default:
      return std::unexpected("an answer that is not known");
  }
}

}  // namespace freehold::filter::milter
