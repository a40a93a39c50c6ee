#include "trust/key_record.hpp"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "directory/address.hpp"
#include "trust/limits.hpp"
#include "trust/tag_list.hpp"

namespace freehold::trust {

namespace {

DkimFault unusable(std::string reason) { return {DkimResult::permerror, std::move(reason)}; }

bool lists(std::string_view value, char separator, std::initializer_list<std::string_view> wanted) {
  return std::ranges::any_of(split_at(value, separator), [&](std::string_view item) {
    return std::ranges::any_of(wanted, [&](std::string_view one) { return iequals(item, one); });
  });
}

std::optional<DkimFault> read_key(KeyRecord& out, std::string_view value) {
  if (value.empty()) return unusable("the key is revoked");
  const auto bytes = unbase64_folded(value);
  if (bytes) out.key = PublicKey::parse(out.type, *bytes);
  if (!out.key) return unusable("the key cannot be read");
  return std::nullopt;
}

std::optional<DkimFault> read_record(KeyRecord& out, const TagList& tags) {
  const auto value = [&](std::string_view name, std::string_view otherwise) {
    const Tag* tag = tags.find(name);
    return tag == nullptr ? otherwise : tag->value;
  };
  // RFC 6376, 3.6.1: v=, when it is there, is the first tag.
  const Tag* version = tags.find("v");
  if (version != nullptr && (version != &tags.tags().front() || version->value != "DKIM1")) {
    return unusable("the key record is of another version");
  }
  const std::string_view type = value("k", "rsa");
  if (iequals(type, "ed25519")) {
    out.type = KeyType::ed25519;
  } else if (!iequals(type, "rsa")) {
    return unusable("the kind of key is not known");
  }
  out.sha256 = lists(value("h", "sha256"), ':', {"sha256"});
  out.testing = lists(value("t", ""), ':', {"y"});
  out.exact_domain = lists(value("t", ""), ':', {"s"});
  if (!lists(value("s", "*"), ':', {"*", "email"})) return unusable("the key is not for email");
  const Tag* key = tags.find("p");
  if (key == nullptr) return unusable("the key record has no p=");
  return read_key(out, key->value);
}

// Texts met lately, in two generations: when the young one is full it becomes the old one, whose
// records are forgotten unless they were asked for meanwhile.
class KnownRecords {
 public:
  using Record = std::shared_ptr<const KeyRecord>;

  Record find(const std::string& text) {
    const std::lock_guard lock(mutex_);
    if (const auto found = young_.find(text); found != young_.end()) return found->second;
    const auto found = old_.find(text);
    if (found == old_.end()) return nullptr;
    return keep(text, found->second);
  }

  void add(const std::string& text, const Record& record) {
    const std::lock_guard lock(mutex_);
    keep(text, record);
  }

 private:
  // Takes a copy: the record may be one of those that are forgotten here.
  Record keep(const std::string& text,
              Record record) {  // NOLINT(performance-unnecessary-value-param)
    if (young_.size() >= kMaxKnownKeys / 2) {
      old_ = std::move(young_);
      young_.clear();
    }
    young_.insert_or_assign(text, record);
    return record;
  }

  std::mutex mutex_;
  std::unordered_map<std::string, Record> young_;
  std::unordered_map<std::string, Record> old_;
};

KnownRecords& known_records() {
  static KnownRecords& all = *new KnownRecords;
  return all;
}

// A name for DNS: lower case, A-labels. Empty when it cannot be one.
std::string dns_name(std::string_view domain, std::string_view selector) {
  const std::string name = std::string(selector) + "._domainkey." + std::string(domain);
  if (is_ascii(name)) {
    const bool plain = std::ranges::all_of(name, [](char c) {
      return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
    });
    const bool labels = std::ranges::all_of(
        split_at(name, '.'), [](auto label) { return !label.empty() && label.size() <= 63; });
    return plain && labels && name.size() <= 253 ? to_lower(name) : "";
  }
  const auto head = directory::canonical_domain(selector);
  const auto tail = directory::canonical_domain(domain);
  return head && tail ? *head + "._domainkey." + *tail : "";
}

// A record that can be used for this kind of key, or the first one, whose fault tells most.
std::shared_ptr<const KeyRecord> choose(const std::vector<std::string>& texts, KeyType type) {
  std::shared_ptr<const KeyRecord> first;
  for (std::size_t i = 0; i < texts.size() && i < kMaxKeyRecords; ++i) {
    if (texts[i].size() > kMaxKeyRecord) continue;
    auto record = known_key_record(texts[i]);
    if (!record->fault && record->type == type) return record;
    if (!first) first = std::move(record);
  }
  return first;
}

}  // namespace

KeyRecord parse_key_record(std::string_view text) {
  KeyRecord out;
  if (const auto tags = TagList::parse(text)) {
    out.fault = read_record(out, *tags);
  } else {
    out.fault = unusable("the key record is malformed");
  }
  return out;
}

std::shared_ptr<const KeyRecord> known_key_record(const std::string& text) {
  if (auto known = known_records().find(text)) return known;
  auto record = std::make_shared<const KeyRecord>(parse_key_record(text));
  if (!record->fault) known_records().add(text, record);
  return record;
}

awaitable<KeyLookup> find_key(net::Resolver& resolver, std::string domain, std::string selector,
                              KeyType type) {
  KeyLookup out;
  const std::string name = dns_name(domain, selector);
  if (name.empty()) {
    out.fault = unusable("d= or s= is no domain name");
    co_return out;
  }
  const auto answer = co_await resolver.txt(name);
  if (answer.status == net::DnsStatus::failed || answer.status == net::DnsStatus::bogus) {
    out.fault = DkimFault{DkimResult::temperror, "the key cannot be looked up"};
    co_return out;
  }
  if (answer.status == net::DnsStatus::found) out.record = choose(answer.records, type);
  if (!out.record) {
    out.fault = unusable("there is no key");
  } else if (out.record->fault) {
    out.fault = out.record->fault;
  } else if (out.record->type != type) {
    out.fault = unusable("the key is of another kind than a=");
  } else if (!out.record->sha256) {
    out.fault = unusable("the key is not for sha256");
  }
  co_return out;
}

}  // namespace freehold::trust
