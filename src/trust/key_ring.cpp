#include "trust/key_ring.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "schema/trust.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::trust {

namespace keys = store::keys;

namespace {

std::vector<RotationKey> rotation_keys(const auto& ring) {
  std::vector<RotationKey> out;
  for (const auto& held : ring) out.push_back(held.key);
  return out;
}

// White space and a final ";" make no other record.
std::string bare(std::string_view record) {
  std::string out;
  std::ranges::copy_if(record, std::back_inserter(out), [](char c) { return c != ' '; });
  while (out.ends_with(';')) out.pop_back();
  return out;
}

RecordSight sight(const net::DnsAnswer<std::string>& answer, const RotationKey& key) {
  switch (answer.status) {
    case net::DnsStatus::no_data:
    case net::DnsStatus::no_such_domain:
      return RecordSight::absent;
    case net::DnsStatus::failed:
    case net::DnsStatus::bogus:
      return RecordSight::unknown;
    case net::DnsStatus::found:
      break;
  }
  const auto wanted =
      bare(key.stage == KeyStage::revoked ? revoked_key_record(key.type) : key.record);
  const bool ours = std::ranges::any_of(
      answer.records, [&](const std::string& record) { return bare(record) == wanted; });
  return ours ? RecordSight::ours : RecordSight::other;
}

}  // namespace

KeyRing::KeyRing(store::Engine& engine, net::Resolver& resolver, Pool& pool, const Clock& clock)
    : engine_(engine), resolver_(resolver), pool_(pool), clock_(clock), lane_(engine) {
  const auto prefix = keys::table(keys::Table::domain_keys);
  engine_.latest().scan(store::prefix_range(prefix),
                        [&](std::string_view key, std::string_view value) {
                          const std::string domain(key.substr(prefix.size()));
                          const auto ring = read(std::string(value));
                          std::vector<std::string> signing;
                          for (const auto& held : ring) {
                            if (held.key.stage == KeyStage::signing)
                              signing.push_back(held.key.selector);
                          }
                          load(domain, ring, signing);
                          return true;
                        });
}

std::shared_ptr<const KeyRing::Signer> KeyRing::signer(std::string_view domain) const {
  const std::lock_guard lock(mutex_);
  while (true) {
    if (const auto found = signers_.find(domain); found != signers_.end()) return found->second;
    const auto dot = domain.find('.');
    if (dot == std::string_view::npos) return nullptr;
    domain.remove_prefix(dot + 1);
  }
}

KeyRing::Ring KeyRing::read(const std::optional<std::string>& record) {
  Ring ring;
  if (!record) return ring;
  const auto decoded =
      store::decode<schema::DomainKeys>(keys::table(keys::Table::domain_keys), *record);
  for (const auto& key : decoded.keys()) {
    ring.push_back(
        {{key.selector(), static_cast<KeyType>(key.type()), key.record(),
          static_cast<KeyStage>(key.stage()), from_millis(key.since()), from_millis(key.made_at())},
         key.private_pem()});
  }
  return ring;
}

KeyRing::State KeyRing::state(std::string_view domain) const {
  const auto ring = read(engine_.latest().get(keys::domain_keys(domain)));
  // Without a look at DNS nothing goes on, so this only tells what is wanted.
  const std::vector<RecordSight> blind(ring.size(), RecordSight::unknown);
  auto plan = plan_rotation(rotation_keys(ring), blind, clock_.now());
  State state{rotation_keys(ring), std::move(plan.records), std::move(plan.sign_with), {}};
  if (const auto record =
          store::read<schema::DomainKeys>(engine_.latest(), keys::domain_keys(domain))) {
    state.missing.assign(record->missing().begin(), record->missing().end());
  }
  return state;
}

awaitable<std::vector<RecordSight>> KeyRing::look(const Ring& ring,
                                                  const std::string& domain) const {
  std::vector<RecordSight> sights;
  for (const auto& held : ring) {
    const auto answer = co_await resolver_.txt(held.key.selector + "._domainkey." + domain);
    sights.push_back(sight(answer, held.key));
  }
  co_return sights;
}

awaitable<Result<>> KeyRing::make_keys(Ring& ring, std::vector<RotationKey> wanted) const {
  for (auto& key : wanted) {
    const auto made = co_await pool_.run([type = key.type] { return PrivateKey::make(type); });
    if (!made) co_return made.error();
    key.record = key_record(*made);
    ring.push_back({std::move(key), made->pem()});
  }
  co_return Result<>();
}

awaitable<Result<KeyRing::State>> KeyRing::tend(std::string domain, bool fresh) {
  const auto now = clock_.now();
  const auto before = engine_.latest().get(keys::domain_keys(domain));
  auto ring = read(before);
  const auto sights = co_await look(ring, domain);
  RotationPolicy policy;
  if (fresh) policy.make_new_after = {};
  auto plan = plan_rotation(rotation_keys(ring), sights, now, policy);
  for (std::size_t i = 0; i < ring.size(); ++i) ring[i].key = plan.keys[i];
  if (!plan.make.empty()) {
    const Result<> made = co_await make_keys(ring, std::move(plan.make));
    if (!made) co_return made.error();
    const std::vector<RecordSight> blind(ring.size(), RecordSight::unknown);
    plan = plan_rotation(rotation_keys(ring), blind, now);
    for (std::size_t i = 0; i < ring.size(); ++i) ring[i].key = plan.keys[i];
  }
  const Result<> saved = co_await save(domain, before, ring, plan.missing,
                                       fresh ? directory::Actor() : directory::Actor::system());
  if (!saved) co_return saved.error();
  load(domain, ring, plan.sign_with);
  co_return State{std::move(plan.keys), std::move(plan.records), std::move(plan.sign_with),
                  std::move(plan.missing)};
}

awaitable<Result<>> KeyRing::save(std::string domain, std::optional<std::string> before,
                                  const Ring& ring, const std::vector<std::string>& missing,
                                  directory::Actor by) {
  schema::DomainKeys record;
  for (const auto& held : ring) {
    auto& key = *record.add_keys();
    key.set_selector(held.key.selector);
    key.set_type(static_cast<std::uint32_t>(held.key.type));
    key.set_private_pem(held.pem);
    key.set_record(held.key.record);
    key.set_stage(static_cast<std::uint32_t>(held.key.stage));
    key.set_since(to_millis(held.key.since));
    key.set_made_at(to_millis(held.key.made_at));
  }
  record.mutable_missing()->Assign(missing.begin(), missing.end());
  const auto bytes = record.SerializeAsString();
  const auto key = keys::domain_keys(domain);
  if (before == bytes) co_return Result<>();
  co_return co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    if (tx.get(key) != before) {
      return problem(Problem::Kind::conflict, "the keys of " + domain + " were changed meanwhile");
    }
    tx.put(key, bytes);
    for (const auto& text : changes(read(before), ring)) {
      directory::write_audit(tx, clock_.now(), by, "dkim.key", domain, text);
    }
    return {};
  });
}

// "2026a-rsa: signing", for each key that has a new stage.
std::vector<std::string> KeyRing::changes(const Ring& before, const Ring& now) {
  std::vector<std::string> all;
  for (const auto& held : now) {
    const auto same = std::ranges::find(before, held.key.selector,
                                        [](const Held& each) { return each.key.selector; });
    if (same != before.end() && same->key.stage == held.key.stage) continue;
    all.push_back(held.key.selector + ": " + std::string(to_string(held.key.stage)));
  }
  return all;
}

void KeyRing::load(const std::string& domain, const Ring& ring,
                   const std::vector<std::string>& selectors) {
  auto signer = std::make_shared<Signer>();
  signer->domain = domain;
  for (const auto& selector : selectors) {
    const auto held =
        std::ranges::find_if(ring, [&](const Held& each) { return each.key.selector == selector; });
    if (held == ring.end()) continue;
    auto key = PrivateKey::from_pem(held->pem);
    if (key) {
      signer->keys.push_back({selector, std::move(*key)});
    } else {
      log::error("trust.key_unusable",
                 {{"domain", domain}, {"selector", selector}, {"error", key.error().text()}});
    }
  }
  const std::lock_guard lock(mutex_);
  if (signer->keys.empty()) {
    signers_.erase(domain);
  } else {
    signers_[domain] = std::move(signer);
  }
}

awaitable<Result<>> KeyRing::forget(std::string domain) {
  const Result<> gone = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    tx.erase(keys::domain_keys(domain));
    return {};
  });
  if (!gone) co_return gone;
  const std::lock_guard lock(mutex_);
  signers_.erase(domain);
  co_return Result<>();
}

}  // namespace freehold::trust
