#include "base/log_line.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/bytes.hpp"

namespace freehold::log {

namespace {

std::string timestamp(Time time) {
  std::string text = rfc3339(time);
  const auto millis = static_cast<int>(((to_millis(time) % 1000) + 1000) % 1000);
  char fraction[8];
  std::snprintf(fraction, sizeof fraction, ".%03dZ", millis);
  text.pop_back();
  return text + fraction;
}

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// How many bytes at the front of `text` are one well-formed UTF-8 character (RFC 3629, 4); 0: none
// is.
std::size_t utf8_length(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0) != 0x80) return 0;
  }
  const std::uint8_t second = byte_at(text, 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_high = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

// U+0080 to U+009F, which some terminals obey.
bool is_c1_control(std::string_view character) {
  return character.size() == 2 && byte_at(character, 0) == 0xC2 && byte_at(character, 1) < 0xA0;
}

bool is_control(char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }

// Calls `plain` with each well-formed character and `broken` with each byte that belongs to none.
template <class Plain, class Broken>
void for_each_character(std::string_view text, Plain plain, Broken broken) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      broken(text[0]);
      text.remove_prefix(1);
    } else {
      plain(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
}

void append_hex_escape(std::string& out, std::string_view bytes) {
  for (const char c : bytes) out += "\\x" + hex({&c, 1});
}

void append_text_character(std::string& out, std::string_view character) {
  const char c = character[0];
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (is_control(c) || is_c1_control(character)) {
    append_hex_escape(out, character);
  } else {
    if (c == '"' || c == '\\') out += '\\';
    out += character;
  }
}

void append_text_value(std::string& out, std::string_view value) {
  std::string escaped;
  for_each_character(
      value, [&](std::string_view character) { append_text_character(escaped, character); },
      [&](char c) { append_hex_escape(escaped, {&c, 1}); });
  const bool quote =
      value.empty() || escaped != value || value.find_first_of(" =") != std::string_view::npos;
  if (quote) escaped = '"' + escaped + '"';
  out += escaped;
}

void append_json_string(std::string& out, std::string_view value) {
  out += '"';
  for_each_character(
      value,
      [&](std::string_view character) {
        const char c = character[0];
        if (is_control(c)) {
          out += "\\u00" + hex({&c, 1});
        } else {
          if (c == '"' || c == '\\') out += '\\';
          out += character;
        }
      },
      [&](char) { out += "\xEF\xBF\xBD"; });
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end.ptr);
}

struct TextValue {
  std::string& out;
  void operator()(std::string_view value) const { append_text_value(out, value); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_number(out, value); }
  void operator()(double value) const { append_number(out, value); }
};

struct JsonValue {
  std::string& out;
  void operator()(std::string_view value) const { append_json_string(out, value); }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { append_number(out, value); }
  void operator()(double value) const {
    if (std::isfinite(value)) {
      append_number(out, value);
    } else {
      out += "null";
    }
  }
};

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string text_line(Time time, Level level, std::string_view event,
                      std::span<const Field> fields) {
  std::string line = timestamp(time);
  line += ' ';
  line += level_name(level);
  line += ' ';
  line += event;
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    std::visit(TextValue{line}, field.value);
  }
  return line;
}

std::string json_line(Time time, Level level, std::string_view event,
                      std::span<const Field> fields) {
  std::string line = R"({"time":")" + timestamp(time) + R"(","level":")";
  line += level_name(level);
  line += R"(","event":)";
  append_json_string(line, event);
  for (const Field& field : fields) {
    line += ',';
    append_json_string(line, field.key);
    line += ':';
    std::visit(JsonValue{line}, field.value);
  }
  return line + '}';
}

}  // namespace freehold::log
