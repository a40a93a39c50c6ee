#include "trust/srs.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "net/dns_rdata.hpp"
#include "trust/limits.hpp"
#include "trust/signed_day.hpp"

namespace freehold::trust {

namespace {

constexpr std::string_view kPurpose0 = "srs0";
constexpr std::string_view kPurpose1 = "srs1";

using Rewriting = SrsRewriting::Status;
using Reversal = SrsReversal::Status;

// The three separators that rewritings are made with in the world.
bool is_separator(char c) { return c == '=' || c == '-' || c == '+'; }

bool is_rewriting(std::string_view local, std::string_view which) {
  return local.size() > 4 && istarts_with(local, which) && is_separator(local[4]);
}

// RFC 5321's Dot-string, or UTF-8: what stands in an address without quotes.
bool is_plain_local(std::string_view local) {
  constexpr std::string_view kOthers = "!#$%&'*+-/=?^_`{|}~.";
  if (local.empty() || local.front() == '.' || local.back() == '.') return false;
  if (local.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(local, [&](char c) {
    return is_alpha(c) || is_digit(c) || static_cast<unsigned char>(c) > 0x7F ||
           kOthers.find(c) != std::string_view::npos;
  });
}

SrsRewriting finished(std::string local, std::string_view domain) {
  if (local.size() > kMaxReturnPathLocal) return {Rewriting::too_long, {}};
  return {Rewriting::rewritten, std::move(local) + "@" + std::string(domain)};
}

// "first=rest"; nothing when there is no separator or nothing before it.
struct Split {
  std::string_view first;
  std::string_view rest;
};
std::optional<Split> split(std::string_view text, char separator = '=') {
  const auto at = text.find(separator);
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  return Split{text.substr(0, at), text.substr(at + 1)};
}

SrsRewriting wrap(std::string_view purpose, std::string_view name, const std::string& payload,
                  std::string_view our_domain, const SigningKeys& keys) {
  if (keys.empty()) return {Rewriting::unsuitable, {}};
  std::string local(name);
  local += "=" + tag_hash(keys.front(), purpose, payload) + "=" + payload;
  return finished(std::move(local), our_domain);
}

SrsReversal reverse_first(std::string_view text, const SigningKeys& keys, Time now) {
  const auto hash = split(text);
  if (!hash || !is_tag_hash(keys, kPurpose0, hash->rest, hash->first))
    return {Reversal::forged, {}};
  const auto day = split(hash->rest);
  const auto domain = day ? split(day->rest) : std::nullopt;
  const auto age = day ? age_of_tag_day(day->first, now) : std::nullopt;
  if (!domain || !age || domain->rest.empty()) return {Reversal::forged, {}};
  if (*age > kSrsLifetime) return {Reversal::expired, {}};
  return {Reversal::reversed, std::string(domain->rest) + "@" + std::string(domain->first)};
}

SrsReversal reverse_second(std::string_view text, const SigningKeys& keys) {
  const auto hash = split(text);
  if (!hash || !is_tag_hash(keys, kPurpose1, hash->rest, hash->first))
    return {Reversal::forged, {}};
  const auto host = split(hash->rest);
  if (!host || host->rest.empty() || !is_separator(host->rest.front())) {
    return {Reversal::forged, {}};
  }
  return {Reversal::reversed, "SRS0" + std::string(host->rest) + "@" + std::string(host->first)};
}

}  // namespace

SrsRewriting rewrite_sender(std::string_view sender, std::string_view our_domain,
                            const SigningKeys& keys, Time now) {
  if (sender.empty()) return {Rewriting::not_needed, {}};
  const auto at = sender.rfind('@');
  if (at == std::string_view::npos) return {Rewriting::unsuitable, {}};
  const std::string_view local = sender.substr(0, at);
  const std::string_view domain = sender.substr(at + 1);
  if (iequals(domain, our_domain)) return {Rewriting::not_needed, {}};
  if (!is_plain_local(local) || !net::is_dns_name(domain) ||
      domain.find_first_of("=[]@") != std::string_view::npos) {
    return {Rewriting::unsuitable, {}};
  }
  if (is_rewriting(local, "SRS0")) {
    // From its separator on, which is not always "=".
    return wrap(kPurpose1, "SRS1", std::string(domain) + "=" + std::string(local.substr(4)),
                our_domain, keys);
  }
  if (is_rewriting(local, "SRS1")) {
    // The first forwarder stays; we take the place of the last one, whose hash goes.
    const auto hash = split(local.substr(5));
    const auto host = hash ? split(hash->rest) : std::nullopt;
    if (host && net::is_dns_name(host->first) && !host->rest.empty() &&
        is_separator(host->rest.front())) {
      return wrap(kPurpose1, "SRS1", std::string(hash->rest), our_domain, keys);
    }
  }
  return wrap(kPurpose0, "SRS0",
              tag_day(now) + "=" + std::string(domain) + "=" + std::string(local), our_domain,
              keys);
}

SrsReversal reverse_sender(std::string_view recipient, const SigningKeys& keys, Time now) {
  const std::string_view local = recipient.substr(0, recipient.rfind('@'));
  if (is_rewriting(local, "SRS0")) return reverse_first(local.substr(5), keys, now);
  if (is_rewriting(local, "SRS1")) return reverse_second(local.substr(5), keys);
  return {Reversal::not_srs, {}};
}

}  // namespace freehold::trust
