#include "filter/reputation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "filter/limits.hpp"
#include "schema/filter.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::filter {

namespace keys = store::keys;

namespace {

// How much an identity tells at the most, in points, and the mail that makes half sure of it. A
// signature is the sender's own doing; a network has many tenants.
struct Worth {
  IdentityKind kind;
  std::string_view name;
  double most;
  double half_sure;
};
constexpr std::array<Worth, 6> kWorth = {{
    {IdentityKind::address, "address", 3.0, 2},
    {IdentityKind::from_domain, "from_domain", 1.5, 5},
    {IdentityKind::dkim_domain, "dkim_domain", 2.0, 5},
    {IdentityKind::spf_domain, "spf_domain", 1.0, 5},
    {IdentityKind::ip, "ip", 2.0, 5},
    {IdentityKind::network, "network", 1.0, 10},
}};
constexpr double kMostTogether = 4.0;

const Worth& worth_of(IdentityKind kind) { return *std::ranges::find(kWorth, kind, &Worth::kind); }

struct Identity {
  IdentityKind kind;
  std::string text;
};

std::vector<Identity> identities(const Origin& origin) {
  std::vector<Identity> out;
  const auto add = [&out](IdentityKind kind, std::string_view text) {
    if (!text.empty()) out.push_back({kind, std::string(text.substr(0, kMaxIdentityBytes))});
  };
  add(IdentityKind::address, origin.address);
  add(IdentityKind::from_domain, origin.from_domain);
  for (std::size_t i = 0; i < std::min(origin.dkim_domains.size(), kMaxSignersCounted); ++i) {
    add(IdentityKind::dkim_domain, origin.dkim_domains[i]);
  }
  add(IdentityKind::spf_domain, origin.spf_domain);
  if (origin.ip != net::IpAddress()) {
    add(IdentityKind::ip, origin.ip.text());
    add(IdentityKind::network, network_of(origin.ip).text());
  }
  return out;
}

std::string key_of(AccountId account, const Identity& identity) {
  const AccountId of = identity.kind == IdentityKind::address ? account : AccountId();
  return keys::filter_reputation(static_cast<char>(identity.kind), of, identity.text);
}

bool is_claim(IdentityKind kind) {
  return kind == IdentityKind::address || kind == IdentityKind::from_domain;
}

Counts read_counts(const store::Reader& from, const std::string& key) {
  const auto record = store::read<schema::FilterReputation>(from, key);
  if (!record) return {};
  return {record->good(), record->bad(), from_millis(record->at())};
}

Counts sum(const Counts& a, const Counts& b, Time now) {
  const Counts x = a.decayed_to(now), y = b.decayed_to(now);
  return {std::max(0.0, x.good + y.good), std::max(0.0, x.bad + y.bad), now};
}

// Counts to be added may be negative.
void accumulate(Counts& into, const Counts& more, Time now) {
  into = into.decayed_to(now);
  const Counts now_worth = more.decayed_to(now);
  into.good += now_worth.good;
  into.bad += now_worth.bad;
}

std::string record_of(const Counts& counts) {
  schema::FilterReputation record;
  record.set_good(counts.good);
  record.set_bad(counts.bad);
  record.set_at(to_millis(counts.at));
  return record.SerializeAsString();
}

}  // namespace

std::string_view identity_name(IdentityKind kind) { return worth_of(kind).name; }

Counts Counts::decayed_to(Time now) const {
  if (at == now || all() == 0) return {good, bad, now};
  const std::chrono::duration<double> age = now - at;
  const std::chrono::duration<double> half_life = kReputationHalfLife;
  const double left = std::exp2(-std::max(0.0, age / half_life));
  return {good * left, bad * left, now};
}

net::IpAddress network_of(const net::IpAddress& ip) {
  const std::string_view bytes = ip.bytes();
  const auto byte = [&bytes](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (ip.is_v4()) return net::IpAddress::v4({byte(0), byte(1), byte(2), 0});
  std::array<std::uint8_t, 16> kept{};
  for (std::size_t i = 0; i < 6; ++i) kept[i] = byte(i);
  return net::IpAddress::v6(kept);
}

double points_of(IdentityKind kind, const Counts& counts, bool proven) {
  const Worth& worth = worth_of(kind);
  const double total = counts.all();
  if (total <= 0) return 0;
  const double badness = 2 * counts.bad / total - 1;  // -1 to 1
  if (badness < 0 && is_claim(kind) && !proven) return 0;
  return worth.most * badness * total / (total + worth.half_sure);
}

Counts Reputations::counts_of(const std::string& key, Time now) const {
  const Counts stored = read_counts(engine_.latest(), key);
  const std::lock_guard lock(mutex_);
  Counts added{0, 0, now};
  for (const auto* map : {&flushing_, &pending_}) {
    if (const auto found = map->find(key); found != map->end()) {
      accumulate(added, found->second, now);
    }
  }
  return sum(stored, added, now);
}

Reputation Reputations::look(AccountId account, const Origin& origin) const {
  const Time now = clock_.now();
  Reputation out;
  for (Identity& identity : identities(origin)) {
    const Counts counts = counts_of(key_of(account, identity), now);
    if (counts.all() <= 0) continue;
    if (identity.kind == IdentityKind::address) out.first_time = false;
    const double points = points_of(identity.kind, counts, origin.proven);
    out.points += points;
    out.parts.push_back({identity.kind, std::move(identity.text), counts, points});
  }
  out.points = std::clamp(out.points, -kMostTogether, kMostTogether);
  return out;
}

void Reputations::count(AccountId account, const Origin& origin, bool bad, double weight) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  for (const Identity& identity : identities(origin)) {
    // An honest sender whose name was forged is not to suffer for it either.
    if (bad && !origin.proven && identity.kind == IdentityKind::from_domain) continue;
    const std::string key = key_of(account, identity);
    const auto found = pending_.find(key);
    if (found == pending_.end() && pending_.size() >= kMaxPendingReputations) continue;
    const Counts more{bad ? 0 : weight, bad ? weight : 0, now};
    if (found == pending_.end()) {
      pending_.emplace(key, more);
    } else {
      accumulate(found->second, more, now);
    }
  }
}

std::size_t Reputations::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

// One flush at a time. What it has not written at its end goes back among what is to be written.
class Reputations::FlushTurn {
 public:
  explicit FlushTurn(Reputations& of) : of_(of) {}
  FlushTurn(const FlushTurn&) = delete;
  FlushTurn& operator=(const FlushTurn&) = delete;
  ~FlushTurn() {
    const std::lock_guard lock(of_.mutex_);
    for (const auto& [key, counts] : of_.flushing_) {
      accumulate(of_.pending_[key], counts, of_.clock_.now());
    }
    of_.flushing_.clear();
    of_.flush_runs_ = false;
  }

 private:
  Reputations& of_;
};

bool Reputations::take_batch() {
  const std::lock_guard lock(mutex_);
  while (!pending_.empty() && flushing_.size() < kReputationBatch) {
    flushing_.insert(pending_.extract(pending_.begin()));
  }
  return !flushing_.empty();
}

awaitable<Result<>> Reputations::flush() {
  {
    const std::lock_guard lock(mutex_);
    if (flush_runs_) co_return Result<>{};
    flush_runs_ = true;
  }
  const FlushTurn turn(*this);
  while (take_batch()) {
    const Time now = clock_.now();
    store::Batch batch;
    // Only this loop writes the table, and expire() only removes what is worth nothing.
    for (const auto& [key, counts] : flushing_) {
      batch.put(key, record_of(sum(read_counts(engine_.latest(), key), counts, now)));
    }
    const auto outcome = co_await engine_.commit(std::move(batch));
    if (!outcome) co_return outcome.error();
    const std::lock_guard lock(mutex_);
    flushing_.clear();
  }
  co_return Result<>{};
}

Result<std::size_t> Reputations::expire(std::size_t most) {
  return expiry_.round(engine_, most, [now = clock_.now()](auto key, auto value) {
    const auto record = store::decode<schema::FilterReputation>(key, value);
    const Counts counts{record.good(), record.bad(), from_millis(record.at())};
    return counts.decayed_to(now).all() < kForgottenCount;
  });
}

}  // namespace freehold::filter
