#include "trust/dmarc_record.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

std::string_view trim_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// Takes the text before the next separator.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

std::optional<DmarcPolicy> parse_policy(std::string_view value) {
  for (const auto policy : {DmarcPolicy::none, DmarcPolicy::quarantine, DmarcPolicy::reject}) {
    if (iequals(value, dmarc_policy_name(policy))) return policy;
  }
  return {};
}

bool is_hex(char c) { return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'); }

// RFC 3986 as far as it matters: a scheme, and no character that has to be encoded. Of an
// exclamation mark that is all the more true here (RFC 9989, 4.8).
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || !is_alpha(text.front())) {
    return false;
  }
  const auto in_scheme = [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view("+-.").contains(c);
  };
  if (!std::ranges::all_of(text.substr(0, colon), in_scheme)) return false;
  for (std::size_t i = colon; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    } else if (!is_alpha(c) && !is_digit(c) &&
               !std::string_view("-._~:/?#[]@$&'()*+,;=").contains(c)) {
      return false;
    }
  }
  return true;
}

// "50m" (RFC 7489, 6.2: powers of two)
std::optional<std::uint64_t> parse_size(std::string_view text) {
  unsigned shift = 0;
  if (!text.empty() && is_alpha(text.back())) {
    const std::size_t unit = std::string_view("kmgt").find(ascii_lower(text.back()));
    if (unit == std::string_view::npos) return {};
    shift = 10 * (static_cast<unsigned>(unit) + 1);
    text.remove_suffix(1);
  }
  const auto number = parse_number(text);
  if (!number || *number > UINT64_MAX >> shift) return {};
  return *number << shift;
}

std::optional<DmarcUri> parse_uri(std::string_view text) {
  const std::size_t mark = text.find('!');
  DmarcUri out{.uri = std::string(text.substr(0, mark))};
  if (out.uri.size() > kMaxDmarcUri || !is_uri(out.uri)) return {};
  if (istarts_with(out.uri, "mailto:") && out.mail_address().empty()) return {};
  if (mark != std::string_view::npos) {
    out.max_bytes = parse_size(text.substr(mark + 1));
    if (!out.max_bytes) return {};
  }
  return out;
}

std::vector<DmarcUri> parse_uris(std::string_view value) {
  std::vector<DmarcUri> out;
  while (!value.empty() && out.size() < kMaxDmarcUris) {
    auto uri = parse_uri(trim_blanks(take_until(value, ',')));
    if (uri && std::ranges::find(out, *uri) == out.end()) out.push_back(std::move(*uri));
  }
  return out;
}

// "0", "1", or "d", "s" in a list; RFC 7489 lets all of them be in one.
std::optional<std::string> parse_failure_options(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const std::string_view option = trim_blanks(take_until(value, ':'));
    if (option.size() != 1 || !std::string_view("01ds").contains(ascii_lower(option[0]))) return {};
    if (!out.empty()) out += ':';
    out += ascii_lower(option[0]);
  }
  if (out.empty() || out.size() > 7) return {};
  return out;
}

// p, sp, np
void read_policy(std::optional<DmarcPolicy>& place, std::string_view value, DmarcRecord& record) {
  place = parse_policy(value);
  if (!place) record.broken = true;
}

void read_number(std::string_view name, std::string_view value, DmarcRecord& record) {
  const auto number = parse_number(value);
  if (!number || *number > UINT32_MAX) return;
  if (name == "ri") record.interval = std::chrono::seconds(*number);
  if (name == "pct" && *number <= 100) record.percent = static_cast<unsigned>(*number);
}

void read_tag(std::string_view name, std::string_view value, DmarcRecord& record) {
  const auto is = [value](std::string_view wanted) { return iequals(value, wanted); };
  if (name == "p") {
    read_policy(record.policy, value, record);
  } else if (name == "sp") {
    read_policy(record.subdomains, value, record);
  } else if (name == "np") {
    read_policy(record.nonexistent, value, record);
  } else if (name == "adkim") {
    record.strict_dkim = is("s");
  } else if (name == "aspf") {
    record.strict_spf = is("s");
  } else if (name == "t") {
    record.testing = is("y");
  } else if (name == "psd") {
    record.psd = is("y") ? DmarcPsd::yes : is("n") ? DmarcPsd::no : DmarcPsd::unknown;
  } else if (name == "rua") {
    record.aggregate_reports = parse_uris(value);
  } else if (name == "ruf") {
    record.failure_reports = parse_uris(value);
  } else if (name == "fo") {
    if (auto options = parse_failure_options(value)) record.failure_options = std::move(*options);
  } else {
    read_number(name, value, record);
  }
}

// "v = DMARC1", of which the value is compared with its case (RFC 9989, 4.8).
bool is_version(std::string_view tag) {
  const std::string_view name = trim_blanks(take_until(tag, '='));
  return iequals(name, "v") && trim_blanks(tag) == "DMARC1";
}

}  // namespace

std::string_view dmarc_policy_name(DmarcPolicy policy) {
  constexpr std::array<std::string_view, 3> kNames = {"none", "quarantine", "reject"};
  return kNames.at(static_cast<std::size_t>(policy));
}

std::string DmarcUri::mail_address() const {
  if (!istarts_with(uri, "mailto:")) return {};
  std::string_view rest(uri);
  rest.remove_prefix(7);
  rest = rest.substr(0, rest.find_first_of("?#"));
  std::string out;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto byte = rest[i] == '%' ? unhex(rest.substr(i + 1, 2)) : std::nullopt;
    out += byte ? *byte : std::string(1, rest[i]);
    if (byte) i += 2;
  }
  const std::size_t at = out.rfind('@');
  const bool whole = at != std::string::npos && at > 0 && at + 1 < out.size();
  const bool visible = std::ranges::all_of(out, [](char c) { return c > ' ' && c != 0x7F; });
  return whole && visible ? out : std::string();
}

std::optional<DmarcRecord> parse_dmarc_record(std::string_view text) {
  if (text.size() > kMaxDmarcRecord || !is_version(take_until(text, ';'))) return {};
  DmarcRecord record;
  std::set<std::string> seen;
  while (!text.empty()) {
    std::string_view value = take_until(text, ';');
    if (!value.contains('=')) continue;
    const std::string name = to_lower(trim_blanks(take_until(value, '=')));
    if (seen.insert(name).second) read_tag(name, trim_blanks(value), record);
  }
  if (!record.policy) record.broken = true;
  return record;
}

}  // namespace freehold::trust
