#include "trust/spf_record.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "trust/limits.hpp"
#include "trust/spf_macro.hpp"

namespace freehold::trust {

namespace {

using Kind = SpfTerm::Kind;

constexpr std::string_view kVersion = "v=spf1";
constexpr std::pair<std::string_view, Kind> kMechanisms[] = {
    {"all", Kind::all}, {"include", Kind::include}, {"a", Kind::a},     {"mx", Kind::mx},
    {"ptr", Kind::ptr}, {"ip4", Kind::ip4},         {"ip6", Kind::ip6}, {"exists", Kind::exists}};

// "24" of "/24": no leading zeros, no sign (RFC 7208, 5.6).
std::optional<unsigned> prefix_length(std::string_view digits, unsigned most) {
  if (digits.size() > 1 && digits.front() == '0') return {};
  const auto number = parse_number(digits);
  if (!number || *number > most) return {};
  return static_cast<unsigned>(*number);
}

bool is_name_character(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

std::optional<SpfResult> qualifier(char c) {
  switch (c) {
    case '+':
      return SpfResult::pass;
    case '-':
      return SpfResult::fail;
    case '~':
      return SpfResult::softfail;
    case '?':
      return SpfResult::neutral;
    default:
      return {};
  }
}

// Cuts "/24" and "//64" off the end. Only digits may follow the slash: a slash within a domain-spec
// is none of ours.
bool take_dual_prefix(std::string_view& rest, SpfTerm& term) {
  const auto take = [&rest](std::string_view slashes) -> std::optional<std::string_view> {
    const std::size_t end = rest.find_last_not_of("0123456789");
    if (end == std::string_view::npos || end + 1 < slashes.size()) return {};
    const std::size_t begin = end + 1 - slashes.size();
    if (rest.substr(begin, slashes.size()) != slashes || end + 1 == rest.size()) return {};
    const std::string_view digits = rest.substr(end + 1);
    rest = rest.substr(0, begin);
    return digits;
  };
  if (const auto digits = take("//")) {
    const auto bits = prefix_length(*digits, 128);
    if (!bits) return false;
    term.v6_bits = *bits;
  }
  if (const auto digits = take("/")) {
    const auto bits = prefix_length(*digits, 32);
    if (!bits) return false;
    term.v4_bits = *bits;
  }
  return true;
}

bool parse_ip4(std::string_view text, SpfTerm& term) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const auto ip = net::IpAddress::parse(address);
  if (!ip || address.contains(':')) return false;
  term.network = {*ip, 32};
  if (slash == std::string_view::npos) return true;
  const auto bits = prefix_length(text.substr(slash + 1), 32);
  if (bits) term.network.bits = *bits;
  return bits.has_value();
}

bool parse_ip6(std::string_view text, SpfTerm& term) {
  const std::size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  std::array<std::uint8_t, 16> bytes{};
  if (address.contains('\0') || inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) {
    return false;
  }
  const auto bits = slash == std::string_view::npos ? std::optional<unsigned>(128)
                                                    : prefix_length(text.substr(slash + 1), 128);
  if (!bits) return false;
  for (std::size_t bit = *bits; bit < 128; ++bit) {
    bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  // What lies within ::ffff:0:0/96 has become an IPv4 address, and so has every client in it, which
  // ip6 never matches (RFC 7208, 5).
  term.network = {net::IpAddress::v6(bytes), *bits};
  return true;
}

// What follows the mechanism's name: ":domain", ":network", "/24//64", or nothing.
bool parse_argument(std::string_view rest, SpfTerm& term) {
  const bool given = rest.starts_with(':');
  switch (term.kind) {
    case Kind::all:
      return rest.empty();
    case Kind::ip4:
      return given && parse_ip4(rest.substr(1), term);
    case Kind::ip6:
      return given && parse_ip6(rest.substr(1), term);
    case Kind::a:
    case Kind::mx:
      if (!take_dual_prefix(rest, term)) return false;
      break;
    case Kind::ptr:
      break;
    case Kind::include:
    case Kind::exists:
      if (!given) return false;
      break;
  }
  if (rest.empty()) return true;
  if (!rest.starts_with(':')) return false;
  term.domain_spec = rest.substr(1);
  return is_spf_domain_spec(term.domain_spec);
}

bool parse_directive(std::string_view text, SpfRecord& record) {
  SpfTerm term{.text = text};
  std::string_view rest = text;
  if (const auto given = qualifier(rest.front())) {
    term.result = *given;
    rest.remove_prefix(1);
  }
  const std::string_view name = rest.substr(0, rest.find_first_of(":/"));
  const auto* known = std::ranges::find_if(
      kMechanisms, [&](const auto& mechanism) { return iequals(name, mechanism.first); });
  if (known == std::end(kMechanisms)) return false;
  term.kind = known->second;
  if (!parse_argument(rest.substr(name.size()), term)) return false;
  record.terms.push_back(term);
  return true;
}

// The two known ones may each stand once (RFC 7208, 6); the value of all others only has to be a
// macro-string.
bool parse_modifier(std::string_view name, std::string_view value, SpfRecord& record) {
  if (name.empty() || !is_alpha(name.front())) return false;
  const bool redirect = iequals(name, "redirect");
  if (!redirect && !iequals(name, "exp")) return is_spf_macro_string(value);
  std::string_view& place = redirect ? record.redirect : record.explanation;
  if (!place.empty() || !is_spf_domain_spec(value)) return false;
  place = value;
  return true;
}

bool parse_term(std::string_view text, SpfRecord& record) {
  const auto name_end = std::ranges::find_if_not(text, is_name_character);
  const auto size = static_cast<std::size_t>(name_end - text.begin());
  if (size < text.size() && text[size] == '=') {
    return parse_modifier(text.substr(0, size), text.substr(size + 1), record);
  }
  return parse_directive(text, record);
}

// For people: without what a terminal would obey.
std::string shown(std::string_view term) {
  constexpr std::size_t kLongest = 80;
  std::string out(term.substr(0, kLongest));
  std::ranges::replace_if(out, [](char c) { return c < ' ' || c >= 0x7F; }, '?');
  return out;
}

}  // namespace

bool SpfTerm::network_contains(const net::IpAddress& client) const {
  return client.is_v4() == (kind == Kind::ip4) && network.contains(client);
}

bool is_spf_record(std::string_view text) {
  return istarts_with(text, kVersion) &&
         (text.size() == kVersion.size() || text[kVersion.size()] == ' ');
}

Result<SpfRecord> parse_spf_record(std::string_view text) {
  const auto invalid = [](std::string what) {
    return problem(Problem::Kind::invalid, std::move(what));
  };
  if (!is_spf_record(text)) return invalid("not an SPF record");
  if (text.size() > kMaxSpfRecord) return invalid("the SPF record is too long");
  SpfRecord record;
  text.remove_prefix(kVersion.size());
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return record;
    text.remove_prefix(begin);
    const std::string_view term = text.substr(0, text.find(' '));
    if (!parse_term(term, record)) return invalid("'" + shown(term) + "' is not a term of SPF");
    text.remove_prefix(term.size());
  }
}

}  // namespace freehold::trust
