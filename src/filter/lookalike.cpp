#include "filter/lookalike.hpp"

#include <unicode/uidna.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "trust/domain_name.hpp"
#include "trust/public_suffix.hpp"

namespace freehold::filter {

namespace {

// Made once, never changed, and safe in all threads then.
const USpoofChecker* checker() {
  static const std::unique_ptr<USpoofChecker, decltype(&uspoof_close)> made(
      [] {
        UErrorCode error = U_ZERO_ERROR;
        return uspoof_open(&error);
      }(),
      &uspoof_close);
  return made.get();
}

std::string to_unicode(std::string_view name) {
  static const std::unique_ptr<UIDNA, decltype(&uidna_close)> idna(
      [] {
        UErrorCode error = U_ZERO_ERROR;
        return uidna_openUTS46(UIDNA_DEFAULT, &error);
      }(),
      &uidna_close);
  UErrorCode error = U_ZERO_ERROR;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  std::array<char, 1024> out{};
  const auto size =
      uidna_nameToUnicodeUTF8(idna.get(), name.data(), static_cast<std::int32_t>(name.size()),
                              out.data(), out.size(), &info, &error);
  if (U_FAILURE(error)) return std::string(name);
  return std::string(out.data(), static_cast<std::size_t>(size));
}

std::string first_label(std::string_view domain) {
  return to_unicode(domain.substr(0, domain.find('.')));
}

// Names that everybody knows and that are forged most: a message in their name comes from a domain
// whose first label is the name.
constexpr std::array<std::string_view, 22> kBrands = {
    "paypal",    "amazon",   "netflix",  "microsoft", "google",    "facebook",
    "instagram", "whatsapp", "linkedin", "dropbox",   "docusign",  "fedex",
    "dhl",       "ups",      "usps",     "hermes",    "sparkasse", "postbank",
    "binance",   "coinbase", "metamask", "spotify"};

bool names_brand(std::string_view lower_name, std::string_view brand) {
  for (std::size_t at = lower_name.find(brand); at != std::string_view::npos;
       at = lower_name.find(brand, at + 1)) {
    const bool begins = at == 0 || !is_alpha(lower_name[at - 1]);
    const std::size_t end = at + brand.size();
    if (begins && (end == lower_name.size() || !is_alpha(lower_name[end]))) return true;
  }
  return false;
}

// The domain of an address within a display name; "" when there is none.
std::string domain_in_name(std::string_view name) {
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos || at == 0) return {};
  const std::string_view rest = name.substr(at + 1);
  const std::size_t end = std::min(rest.find_first_of(" \t<>()[]\"',;"), rest.size());
  const auto domain = trust::comparable_domain(rest.substr(0, end));
  if (!domain || domain->find('.') == std::string::npos) return {};
  return trust::registrable_domain(*domain);
}

void check_display_name(std::vector<NameFinding>& out, const KnownNames& known,
                        std::string_view name, std::string_view from, bool is_contact) {
  const std::string inside = domain_in_name(name);
  if (!inside.empty() && inside != from) {
    if (known.is_own_domain(inside)) {
      out.push_back({"name_own_address", 3.0, "the name shows an address of " + inside});
    } else {
      out.push_back({"name_address", 1.5, "the name shows an address of " + inside});
    }
  }
  // A domain that many use proves nothing of a name.
  if (is_contact || known.is_own_domain(from)) return;
  if (known.is_own_name(name)) {
    out.push_back({"name_own_name", 2.0, "a stranger with the owner's own name"});
  } else if (known.is_contact_name(name)) {
    out.push_back({"name_contact", 1.5, "a name to which was written, at another address"});
  }
  const std::string lower = to_lower(name);
  for (const std::string_view brand : kBrands) {
    if (!names_brand(lower, brand)) continue;
    if (first_label(from).starts_with(brand)) continue;
    out.push_back({"name_brand", 1.5,
                   "in the name of " + std::string(brand) + ", from " + std::string(from)});
    break;
  }
}

std::string seems(std::string_view domain, const KnownNames::Likeness& like) {
  return std::string(domain) + (like.confusable ? " looks like " : " is nearly ") + like.domain;
}

void check_from_domain(std::vector<NameFinding>& out, const KnownNames& known,
                       std::string_view whole, std::string_view from) {
  const auto like = known.like(from);
  if (!like.domain.empty()) {
    const double weight = like.confusable ? 4.0 : 2.0;
    out.push_back({"lookalike_domain", like.own ? weight + 1 : weight, seems(from, like)});
  }
  // "bank.example.evil.test": the known name in front of the real one.
  if (whole.size() <= from.size() + 1) return;
  std::string_view front = whole.substr(0, whole.size() - from.size() - 1);
  for (; !front.empty(); front = trust::parent_domain(front)) {
    if (front.find('.') == std::string_view::npos || !known.is_known_domain(front)) continue;
    out.push_back(
        {"embedded_domain", 3.0, std::string(front) + " stands in front of " + std::string(from)});
    return;
  }
}

void add_once(std::vector<NameFinding>& out, const char* name, double weight, std::string text) {
  if (std::ranges::find(out, name, &NameFinding::name) != out.end()) return;
  out.push_back({name, weight, std::move(text)});
}

void check_link(std::vector<NameFinding>& out, const KnownNames& known, const Link& link) {
  const LinkTarget target = link_target(link.url);
  if (target.host.empty()) return;
  if (target.has_user) {
    add_once(out, "link_user", 2.0, "a link has another name in front of " + target.host);
  }
  if (target.is_address) {
    add_once(out, "link_address", 1.0, "a link leads to a bare address, " + target.host);
  }
  const std::string domain = trust::registrable_domain(target.host);
  const std::string shown_as = shown_host(link.text);
  const std::string shown = shown_as.empty() ? shown_as : trust::registrable_domain(shown_as);
  if (!shown.empty() && shown != domain) {
    const bool forged = known.is_known_domain(shown);
    add_once(out, forged ? "link_forged" : "link_other_host", forged ? 3.0 : 1.0,
             "a link shows " + shown + " and leads to " + domain);
  }
  if (target.is_address) return;
  const auto like = known.confusable_with(domain);
  if (!like.domain.empty()) {
    add_once(out, "link_lookalike", 3.0, "a link leads to " + seems(domain, like));
  }
}

}  // namespace

std::string skeleton(std::string_view utf8) {
  // Where a text has no skeleton it is compared as it is.
  std::string lower = to_lower(utf8);
  UErrorCode error = U_ZERO_ERROR;
  std::array<char, 2048> out{};
  const auto size =
      uspoof_getSkeletonUTF8(checker(), 0, lower.data(), static_cast<std::int32_t>(lower.size()),
                             out.data(), out.size(), &error);
  if (U_FAILURE(error) || static_cast<std::size_t>(size) > out.size()) return lower;
  return to_lower({out.data(), static_cast<std::size_t>(size)});
}

bool is_one_slip_away(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1 || a == b) return false;
  std::size_t same = 0;
  while (same < a.size() && a[same] == b[same]) ++same;
  if (a.size() < b.size()) return a.substr(same) == b.substr(same + 1);
  if (a.substr(same + 1) == b.substr(same + 1)) return true;
  return same + 1 < a.size() && a[same] == b[same + 1] && a[same + 1] == b[same] &&
         a.substr(same + 2) == b.substr(same + 2);
}

KnownNames::KnownNames(const Of& own, const Of& contacts) {
  add(own.domains, true);
  add(contacts.domains, false);
  add(own.names, own_names_);
  add(contacts.names, contact_names_);
}

void KnownNames::add(const std::vector<std::string>& domains, bool own) {
  for (std::size_t i = 0; i < std::min(domains.size(), kMaxOwnNames); ++i) {
    std::string domain = trust::registrable_domain(domains[i]);
    if (!exact_.emplace(domain, own).second) continue;
    std::string label = first_label(domain);
    by_shape_.emplace(skeleton(label), domains_.size());
    domains_.push_back({std::move(domain), std::move(label), own});
  }
}

void KnownNames::add(const std::vector<std::string>& names, Skeletons& to) {
  for (std::size_t i = 0; i < std::min(names.size(), kMaxOwnNames); ++i) {
    // A first name alone is many people's.
    const std::string_view name = trim(names[i]);
    if (name.find(' ') != std::string_view::npos) to.insert(skeleton(name));
  }
}

bool KnownNames::is_own_domain(std::string_view registrable) const {
  const auto found = exact_.find(std::string(registrable));
  return found != exact_.end() && found->second;
}

bool KnownNames::is_known_domain(std::string_view registrable) const {
  return exact_.contains(std::string(registrable));
}

bool KnownNames::is_own_name(std::string_view display_name) const {
  return !own_names_.empty() && own_names_.contains(skeleton(trim(display_name.substr(0, 300))));
}

bool KnownNames::is_contact_name(std::string_view display_name) const {
  return !contact_names_.empty() &&
         contact_names_.contains(skeleton(trim(display_name.substr(0, 300))));
}

KnownNames::Likeness KnownNames::confusable_with(std::string_view registrable) const {
  if (domains_.empty() || registrable.empty() || is_known_domain(registrable)) return {};
  const std::string label = first_label(registrable);
  const auto [first, last] = by_shape_.equal_range(skeleton(label));
  for (auto at = first; at != last; ++at) {
    const Known& known = domains_[at->second];
    // The same label under another suffix is no look-alike but often the same house.
    if (known.label != label) return {known.domain, known.own, true};
  }
  return {};
}

KnownNames::Likeness KnownNames::like(std::string_view registrable) const {
  auto like = confusable_with(registrable);
  if (!like.domain.empty() || registrable.empty() || is_known_domain(registrable)) return like;
  const std::string label = first_label(registrable);
  for (const Known& known : domains_) {
    if (known.label == label || std::min(known.label.size(), label.size()) < kMinLookalikeLabel) {
      continue;
    }
    if (is_one_slip_away(known.label, label)) return {known.domain, known.own, false};
  }
  return {};
}

std::vector<NameFinding> find_lookalikes(const KnownNames& known, const Author& author,
                                         std::span<const Link> links) {
  std::vector<NameFinding> out;
  const std::string from = trust::registrable_domain(author.domain);
  check_display_name(out, known, author.name.substr(0, 500), from, author.is_contact);
  check_from_domain(out, known, author.domain, from);
  for (const Link& link : links.first(std::min(links.size(), kMaxLinksCompared))) {
    check_link(out, known, link);
  }
  return out;
}

}  // namespace freehold::filter
