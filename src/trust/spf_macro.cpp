#include "trust/spf_macro.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

constexpr std::size_t kMaxName = 253;  // RFC 7208, 7.3

// One step through a macro-string.
struct Piece {
  enum class Kind : std::uint8_t { literal, escape, macro };

  Kind kind = Kind::literal;
  std::string_view text{};  // literal, or what an escape stands for
  char letter = 0;          // of a macro, as it is written
  std::size_t parts = 0;    // how many right-hand parts; 0: all
  bool reverse = false;
  std::string_view delimiters{};  // empty: "."
};

bool is_delimiter(char c) { return std::string_view(".-+,/_=").contains(c); }

// The number of parts; more digits than any value has parts mean all of them. Zero is no number
// (RFC 7208, 7.1).
std::optional<std::size_t> part_count(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) return {};
  digits.remove_prefix(first);
  if (digits.size() > 4) return 0;
  return static_cast<std::size_t>(parse_number(digits).value_or(0));
}

// Reads "%{ir-}" and the like behind its "%{".
std::optional<Piece> read_macro(std::string_view& rest, bool in_explanation) {
  Piece piece{.kind = Piece::Kind::macro};
  if (rest.empty()) return {};
  piece.letter = rest.front();
  const char lower = ascii_lower(piece.letter);
  if (!std::string_view(in_explanation ? "slodiphcrtv" : "slodiphv").contains(lower)) return {};
  rest.remove_prefix(1);
  const auto digits =
      static_cast<std::size_t>(std::ranges::find_if_not(rest, is_digit) - rest.begin());
  if (digits > 0) {
    const auto parts = part_count(rest.substr(0, digits));
    if (!parts) return {};
    piece.parts = *parts;
    rest.remove_prefix(digits);
  }
  if (!rest.empty() && ascii_lower(rest.front()) == 'r') {
    piece.reverse = true;
    rest.remove_prefix(1);
  }
  const auto size =
      static_cast<std::size_t>(std::ranges::find_if_not(rest, is_delimiter) - rest.begin());
  piece.delimiters = rest.substr(0, size);
  rest.remove_prefix(size);
  if (!rest.starts_with('}')) return {};
  rest.remove_prefix(1);
  return piece;
}

// The next piece of a text that is not empty; nothing at a syntax error.
std::optional<Piece> take_piece(std::string_view& rest, bool in_explanation) {
  const auto is_literal = [&](char c) {
    return c != '%' && ((c > ' ' && c < 0x7F) || (in_explanation && c == ' '));
  };
  const auto size =
      static_cast<std::size_t>(std::ranges::find_if_not(rest, is_literal) - rest.begin());
  if (size > 0) {
    const std::string_view literal = rest.substr(0, size);
    rest.remove_prefix(size);
    return Piece{.text = literal};
  }
  if (rest.front() != '%' || rest.size() < 2) return {};
  const char what = rest[1];
  rest.remove_prefix(2);
  switch (what) {
    case '%':
      return Piece{.kind = Piece::Kind::escape, .text = "%"};
    case '_':
      return Piece{.kind = Piece::Kind::escape, .text = " "};
    case '-':
      return Piece{.kind = Piece::Kind::escape, .text = "%20"};
    case '{':
      return read_macro(rest, in_explanation);
    default:
      return {};
  }
}

// "cafe:babe::1" as 32 digits with dots (RFC 7208, 7.3), IPv4 as it is.
std::string dotted(const net::IpAddress& ip) {
  if (ip.is_v4()) return ip.text();
  std::string out;
  for (const char digit : to_upper(hex(ip.bytes()))) {
    if (!out.empty()) out += '.';
    out += digit;
  }
  return out;
}

std::string value_of(char letter, const SpfMacroValues& values) {
  switch (letter) {
    case 's':
      return std::string(values.sender);
    case 'l':
      return std::string(values.local_part);
    case 'o':
      return std::string(values.sender_domain);
    case 'd':
      return std::string(values.domain);
    case 'i':
      return dotted(values.client);
    case 'p':
      return std::string(values.validated);
    case 'h':
      return std::string(values.helo);
    case 'c':
      return values.client.text();
    case 'r':
      return values.receiver_host.empty() ? "unknown" : std::string(values.receiver_host);
    case 't':
      return std::to_string(
          std::chrono::floor<std::chrono::seconds>(values.now).time_since_epoch().count());
    default:  // v
      return values.client.is_v4() ? "in-addr" : "ip6";
  }
}

// Split at the delimiters, perhaps reversed, of which the last `parts` remain, joined by dots.
std::string transformed(std::string_view value, const Piece& piece) {
  const std::string_view delimiters = piece.delimiters.empty() ? "." : piece.delimiters;
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = value.find_first_of(delimiters);
    parts.push_back(value.substr(0, end));
    if (end == std::string_view::npos) break;
    value.remove_prefix(end + 1);
  }
  if (piece.reverse) std::ranges::reverse(parts);
  const std::size_t left_out =
      piece.parts == 0 || piece.parts > parts.size() ? 0 : parts.size() - piece.parts;
  std::string out;
  for (std::size_t i = left_out; i < parts.size(); ++i) {
    if (i > left_out) out += '.';
    out += parts[i];
  }
  return out;
}

// All but the unreserved characters of RFC 3986 as %XX.
std::string url_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      out += '%' + to_upper(hex({&c, 1}));
    }
  }
  return out;
}

std::string expansion(const Piece& piece, const SpfMacroValues& values) {
  if (piece.kind != Piece::Kind::macro) return std::string(piece.text);
  const char lower = ascii_lower(piece.letter);
  std::string value = transformed(value_of(lower, values), piece);
  return lower == piece.letter ? value : url_escaped(value);
}

// Nothing at a syntax error. What would grow too long loses its beginning when it is a name, else
// its end.
std::optional<std::string> expand(std::string_view text, const SpfMacroValues& values,
                                  bool in_explanation) {
  constexpr std::size_t kEnoughOfName = 2 * kMaxName;
  std::string out;
  while (!text.empty()) {
    const auto piece = take_piece(text, in_explanation);
    if (!piece) return {};
    const bool full = out.size() > kMaxSpfExpansion;
    if (full && !in_explanation) out.erase(0, out.size() - kEnoughOfName);
    if (!full || !in_explanation) out += expansion(*piece, values);
  }
  return out;
}

// As the resolver takes and gives names (RFC 1035, 5.1): a space can come from "%_", a backslash
// from anywhere.
std::string presented(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ') {
      out += "\\032";
    } else {
      if (c == '\\') out += c;
      out += c;
    }
  }
  return out;
}

// RFC 7208, 7.1: toplabel.
bool is_top_label(std::string_view label) {
  const auto is_alphanumeric = [](char c) { return is_alpha(c) || is_digit(c); };
  if (label.empty() || !is_alphanumeric(label.front()) || !is_alphanumeric(label.back())) {
    return false;
  }
  return std::ranges::all_of(label, [&](char c) { return is_alphanumeric(c) || c == '-'; }) &&
         !std::ranges::all_of(label, is_digit);
}

}  // namespace

bool is_spf_macro_string(std::string_view text) {
  while (!text.empty()) {
    if (!take_piece(text, false)) return false;
  }
  return true;
}

bool is_spf_domain_spec(std::string_view text) {
  std::optional<Piece> last;
  while (!text.empty()) {
    last = take_piece(text, false);
    if (!last) return false;
  }
  if (!last) return false;
  if (last->kind != Piece::Kind::literal) return true;
  std::string_view name = last->text;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && is_top_label(name.substr(dot + 1));
}

bool spf_uses(std::string_view text, char letter) {
  while (!text.empty()) {
    const auto piece = take_piece(text, true);
    if (!piece) return false;
    if (piece->kind == Piece::Kind::macro && ascii_lower(piece->letter) == letter) return true;
  }
  return false;
}

std::string expand_spf_domain(std::string_view domain_spec, const SpfMacroValues& values) {
  std::string name = expand(domain_spec, values, false).value_or("");
  if (name.ends_with('.')) name.pop_back();
  while (name.size() > kMaxName) {
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) break;
    name.erase(0, dot + 1);
  }
  return presented(name);
}

std::optional<std::string> expand_spf_explanation(std::string_view text,
                                                  const SpfMacroValues& values) {
  auto out = expand(text, values, true);
  if (out && out->size() > kMaxSpfExplanation) out->resize(kMaxSpfExplanation);
  // The sender's own text may be in it; a reply has visible ASCII only.
  if (out && !std::ranges::all_of(*out, [](char c) { return c >= ' ' && c < 0x7F; })) return {};
  return out;
}

}  // namespace freehold::trust
