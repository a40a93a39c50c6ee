#include "smtp/path.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "net/address.hpp"
#include "smtp/limits.hpp"

namespace freehold::smtp {

namespace {

bool is_high(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_atext(char c) {
  constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~";
  return is_alpha(c) || is_digit(c) || is_high(c) || others.find(c) != others.npos;
}

bool is_dot_string(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  char before = 0;
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_atext(c)) return false;
    before = c;
  }
  return true;
}

bool is_label(std::string_view label) {
  const auto allowed = [](char c) {
    return is_alpha(c) || is_digit(c) || is_high(c) || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, allowed);
}

// Takes a quoted-string from the front (RFC 5321, 4.1.2) and gives its meaning.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    if (c == '\\') {
      if (++i == text.size()) return std::nullopt;
      c = text[i];
      if (is_high(c)) return std::nullopt;
    }
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return std::nullopt;
    out += c;
  }
  return std::nullopt;
}

struct LocalPart {
  std::optional<std::string> text;
  const char* error = "";
};

LocalPart take_local_part(std::string_view& text) {
  LocalPart out;
  if (text.starts_with('"')) {
    out.text = take_quoted(text);
    out.error = "unfinished or malformed quoted local part";
    if (out.text && out.text->empty()) return {std::nullopt, "empty local part"};
  } else {
    const auto end = std::ranges::find_if(text, [](char c) { return !is_atext(c) && c != '.'; });
    const auto size = static_cast<std::size_t>(end - text.begin());
    if (size == 0) return {std::nullopt, "empty local part"};
    if (!is_dot_string(text.substr(0, size))) return {std::nullopt, "misplaced dot in local part"};
    out.text = text.substr(0, size);
    text.remove_prefix(size);
  }
  if (out.text && out.text->size() > kMaxLocalPart) return {std::nullopt, "local part too long"};
  return out;
}

// Takes local@domain from the front; the domain goes on to `end` (or the end of the text).
PathOutcome take_mailbox(std::string_view text, char end) {
  LocalPart local = take_local_part(text);
  if (!local.text) return {{}, local.error, text};
  if (text.starts_with(end) && iequals(*local.text, "postmaster")) {
    return {Path{*local.text, {}}, {}, text};
  }
  if (!text.starts_with('@')) return {{}, "no @domain after the local part", text};
  text.remove_prefix(1);
  const std::size_t size = std::min(text.find(end), text.size());
  const std::string_view domain = text.substr(0, size);
  if (!is_domain(domain)) return {{}, "malformed domain", text};
  text.remove_prefix(size);
  return {Path{*local.text, std::string(domain)}, {}, text};
}

// "@one.example,@two.example:" (RFC 5321, Appendix C).
bool skip_source_route(std::string_view& text) {
  while (text.starts_with('@')) {
    const std::size_t end = text.find_first_of(",:>");
    if (end == text.npos || text[end] == '>' || !is_domain(text.substr(1, end - 1))) return false;
    const bool last = text[end] == ':';
    text.remove_prefix(end + 1);
    if (last) return true;
  }
  return false;
}

}  // namespace

bool Path::ascii() const { return is_ascii(local_part) && is_ascii(domain); }

std::string Path::text() const {
  std::string out;
  if (local_part.empty() || is_dot_string(local_part)) {
    out = local_part;
  } else {
    out += '"';
    for (const char c : local_part) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  if (!domain.empty()) out += '@' + domain;
  return out;
}

PathOutcome take_path(std::string_view text) {
  if (!text.starts_with('<')) return {{}, "no <address>", text};
  text.remove_prefix(1);
  if (text.starts_with('>')) return {Path{}, {}, text.substr(1)};
  if (!is_utf8(text)) return {{}, "not UTF-8", text};
  if (text.starts_with('@') && !skip_source_route(text))
    return {{}, "malformed source route", text};
  PathOutcome out = take_mailbox(text, '>');
  if (!out.path) return out;
  if (!out.rest.starts_with('>')) return {{}, "no > after the address", out.rest};
  out.rest.remove_prefix(1);
  return out;
}

std::optional<Path> parse_mailbox(std::string_view text) {
  if (!is_utf8(text) || text.size() > kMaxPath) return std::nullopt;
  PathOutcome out = take_mailbox(text, '\0');
  if (!out.path || !out.rest.empty() || out.path->domain.empty()) return std::nullopt;
  return std::move(out.path);
}

bool is_domain(std::string_view text) {
  if (text.starts_with('[')) return is_address_literal(text);
  if (text.empty() || text.size() > kMaxDomain) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_address_literal(std::string_view text) {
  if (text.size() < 3 || text.front() != '[' || text.back() != ']') return false;
  std::string_view inner = text.substr(1, text.size() - 2);
  const bool v6 = istarts_with(inner, "IPv6:");
  if (v6) inner.remove_prefix(5);
  return (inner.find(':') != inner.npos) == v6 && net::IpAddress::parse(inner).has_value();
}

}  // namespace freehold::smtp
