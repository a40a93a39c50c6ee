#include "smtp/reply.hpp"

#include <charconv>
#include <utility>

#include "base/bytes.hpp"
#include "smtp/limits.hpp"

namespace freehold::smtp {

namespace {

// Takes a number of up to three digits from the front.
std::optional<std::uint16_t> take_number(std::string_view& text) {
  std::size_t size = 0;
  while (size < text.size() && size < 4 && is_digit(text[size])) ++size;
  if (size == 0 || size > 3) return std::nullopt;
  std::uint16_t value = 0;
  std::from_chars(text.data(), text.data() + size, value);
  text.remove_prefix(size);
  return value;
}

void append_clean(std::string& out, std::string_view text, std::size_t room) {
  for (const char c : text.substr(0, room)) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == 0x7F;
    out += control && c != '\t' ? '?' : c;
  }
}

int code_of(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) ||
      !is_digit(line[2])) {
    return 0;
  }
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

std::string Status::text() const {
  return std::to_string(klass) + '.' + std::to_string(subject) + '.' + std::to_string(detail);
}

Status take_status(std::string_view& text) {
  std::string_view rest = text;
  const auto klass = take_number(rest);
  if (!klass || (*klass != 2 && *klass != 4 && *klass != 5) || !rest.starts_with('.')) return {};
  rest.remove_prefix(1);
  const auto subject = take_number(rest);
  if (!subject || !rest.starts_with('.')) return {};
  rest.remove_prefix(1);
  const auto detail = take_number(rest);
  if (!detail || (!rest.empty() && !is_space(rest.front()))) return {};
  text = trim(rest);
  return {*klass, *subject, *detail};
}

std::string Reply::text() const {
  std::string out;
  for (const std::string& line : lines) {
    if (!out.empty()) out += ' ';
    out += line;
  }
  return out;
}

std::string Reply::full_text() const {
  std::string out = std::to_string(code);
  if (status.present()) out += ' ' + status.text();
  const std::string words = text();
  if (!words.empty()) out += ' ' + words;
  return out;
}

void append_reply(std::string& out, const Reply& reply) {
  const std::string code = std::to_string(reply.code);
  const std::string status = reply.status.present() ? reply.status.text() + ' ' : std::string();
  const std::size_t room = kMaxReplyLine - 2 - code.size() - 1 - status.size();
  const std::size_t count = reply.lines.empty() ? 1 : reply.lines.size();
  for (std::size_t i = 0; i < count; ++i) {
    out += code;
    out += i + 1 == count ? ' ' : '-';
    out += status;
    if (!reply.lines.empty()) append_clean(out, reply.lines[i], room);
    out += "\r\n";
  }
}

ReplyParser::State ReplyParser::add_line(std::string_view line) {
  if (!std::exchange(begun_, true)) reply_ = {};
  const int code = code_of(line);
  const bool last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
  const bool fits = reply_.lines.empty() || code == reply_.code;
  if (code == 0 || !fits || (!last && line[3] != '-') || reply_.lines.size() >= kMaxReplyLines) {
    begun_ = false;
    return State::malformed;
  }
  reply_.code = code;
  std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view();
  std::string_view after = text;
  // RFC 2034, 4: the class of the status is the first digit of the code; otherwise it only looks
  // like one.
  const Status status = take_status(after);
  if (status.klass == code / 100) {
    if (!reply_.status.present()) reply_.status = status;
    text = after;
  }
  reply_.lines.emplace_back(text);
  if (!last) return State::more;
  begun_ = false;
  return State::complete;
}

Reply ReplyParser::take() { return std::exchange(reply_, {}); }

}  // namespace freehold::smtp
