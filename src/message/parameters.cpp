#include "message/parameters.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "message/charset.hpp"
#include "message/encoded_word.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxParameters = 100;
constexpr std::size_t kSegment = 60;  // of an encoded value, so that a segment fits into a line

bool is_token(char c) {  // RFC 2045, 5.1, with the charitable addition of what is not ASCII
  return !is_blank(c) && !std::string_view("()<>@,;:\\\"/[]?=").contains(c);
}

// A parameter as it stands there: name, name*, name*2, name*2*.
struct Segment {
  std::string name;
  std::uint64_t index = 0;
  bool numbered = false;
  bool extended = false;
  std::string value;
};

Segment read_name(std::string_view text) {
  Segment segment;
  if (text.ends_with('*')) {
    segment.extended = true;
    text.remove_suffix(1);
  }
  const std::size_t star = text.rfind('*');
  if (star != std::string_view::npos) {
    if (const auto index = parse_number(text.substr(star + 1))) {
      segment.numbered = true;
      segment.index = *index;
      text = text.substr(0, star);
    }
  }
  segment.name = to_lower(text);
  return segment;
}

// Up to the next ";": also white space in a value that should have been quoted, but no comment.
std::string read_value(Scanner& in) {
  if (in.peek() == '"') {
    std::string value = in.quoted_string();
    in.take_while([](char c) { return c != ';'; });
    return value;
  }
  std::string value;
  while (!in.at_end() && in.peek() != ';') {
    if (in.peek() == '(' && (value.empty() || value.back() == ' ')) {
      in.comment();
    } else {
      value.push_back(is_blank(in.peek()) ? ' ' : in.peek());
      in.skip();
    }
  }
  return std::string(trim(value));
}

std::vector<Segment> read_segments(Scanner& in) {
  std::vector<Segment> segments;
  while (!in.at_end() && segments.size() < kMaxParameters) {
    in.skip_cfws();
    if (in.take(';')) continue;
    const std::string_view name = in.take_while([](char c) { return is_token(c); });
    in.skip_cfws();
    if (!in.take('=') || name.empty()) {
      in.take_while([](char c) { return c != ';'; });
      continue;
    }
    in.skip_cfws();
    Segment segment = read_name(name);
    segment.value = read_value(in);
    segments.push_back(std::move(segment));
  }
  return segments;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && text.size() - i > 2 && hex_value(text[i + 1]) >= 0 &&
                        hex_value(text[i + 2]) >= 0;
    out.push_back(escape ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]))
                         : text[i]);
    if (escape) i += 2;
  }
  return out;
}

std::string without_controls(std::string text) {
  std::ranges::replace_if(text, is_blank, ' ');
  return text;
}

// The segments of one name, in the order of their indices (RFC 2231, 3 and 4).
std::string join_segments(std::vector<const Segment*> segments) {
  std::ranges::sort(segments, {}, [](const Segment* s) { return std::pair(s->index, s); });
  std::string charset, bytes;
  bool extended = false;
  for (const Segment* segment : segments) {
    std::string_view value = segment->value;
    if (!segment->extended) {
      bytes += value;
      continue;
    }
    const std::size_t first = value.find('\'');
    const std::size_t second = first == value.npos ? value.npos : value.find('\'', first + 1);
    if (!extended && second != value.npos) {
      charset = value.substr(0, first);
      value.remove_prefix(second + 1);
    }
    extended = true;
    bytes += percent_decoded(value);
  }
  return without_controls(extended ? to_utf8(bytes, charset) : guess_utf8(bytes));
}

std::string plain_value(const std::string& value) {
  return value.contains("=?") ? decode_text(value) : without_controls(guess_utf8(value));
}

Parameters assemble(const std::vector<Segment>& segments) {
  Parameters out;
  for (const Segment& segment : segments) {
    if (segment.name.empty() || find_parameter(out, segment.name) != nullptr) continue;
    // A name given both ways means its extended form (RFC 6266, 4.3, by analogy).
    std::vector<const Segment*> parts;
    for (const Segment& other : segments) {
      if (other.name == segment.name && (other.extended || other.numbered)) parts.push_back(&other);
    }
    out.push_back({segment.name,
                   parts.empty() ? plain_value(segment.value) : join_segments(std::move(parts))});
  }
  return out;
}

// White space that folding might change is better encoded.
bool is_plain_parameter(std::string_view value) {
  return value.size() <= kSegment && trim(value).size() == value.size() && !value.contains("  ") &&
         !value.contains("=?") &&
         std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
}

std::string quoted_string(std::string_view value) {
  if (!value.empty() && std::ranges::all_of(value, is_token)) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + '"';
}

std::string percent_encoded(char c) {
  constexpr std::string_view hex_digits = "0123456789ABCDEF";
  if (is_digit(c) || is_alpha(c) || c == '-' || c == '.' || c == '_') return std::string(1, c);
  const auto byte = static_cast<unsigned char>(c);
  return {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
}

void append_extended(std::string& out, const Parameter& parameter) {
  std::vector<std::string> segments(1, "utf-8''");
  for (const char c : guess_utf8(parameter.value)) {
    if (segments.back().size() >= kSegment) segments.emplace_back();
    segments.back() += percent_encoded(c);
  }
  for (std::size_t i = 0; i < segments.size(); ++i) {
    out += "; " + parameter.name + '*';
    if (segments.size() > 1) out += std::to_string(i) + '*';
    out += '=' + segments[i];
  }
}

}  // namespace

const std::string* find_parameter(const Parameters& parameters, std::string_view name) {
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  return found == parameters.end() ? nullptr : &found->value;
}

ParameterizedValue parse_parameterized(std::string_view field_value) {
  Scanner in(field_value);
  in.skip_cfws();
  ParameterizedValue out;
  out.value = in.peek() == '"' ? to_lower(in.quoted_string())
                               : to_lower(in.take_while([](char c) { return is_token(c); }));
  in.take_while([](char c) { return c != ';'; });
  out.parameters = assemble(read_segments(in));
  return out;
}

MediaType parse_media_type(std::string_view field_value) {
  Scanner in(field_value);
  MediaType out;
  in.skip_cfws();
  const std::string_view type = in.take_while([](char c) { return is_token(c); });
  in.skip_cfws();
  if (in.take('/')) {
    in.skip_cfws();
    const std::string_view subtype = in.take_while([](char c) { return is_token(c); });
    if (!type.empty() && !subtype.empty()) {
      out.type = to_lower(type);
      out.subtype = to_lower(subtype);
    }
  } else if (iequals(type, "text")) {  // RFC 1049's way
    out.type = "text";
    out.subtype = "plain";
  }
  in.take_while([](char c) { return c != ';'; });
  out.parameters = assemble(read_segments(in));
  return out;
}

std::string format_parameters(const Parameters& parameters) {
  std::string out;
  for (const Parameter& parameter : parameters) {
    if (is_plain_parameter(parameter.value)) {
      out += "; " + parameter.name + '=' + quoted_string(parameter.value);
    } else {
      append_extended(out, parameter);
    }
  }
  return out;
}

}  // namespace freehold::message
