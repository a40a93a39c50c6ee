#include "trust/mta_sts_cache.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "schema/trust.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace keys = store::keys;

namespace {

schema::StsEntry::Mode mode_on_disk(StsMode mode) {
  if (mode == StsMode::enforce) return schema::StsEntry::ENFORCE;
  return mode == StsMode::testing ? schema::StsEntry::TESTING : schema::StsEntry::NONE;
}

StsMode mode_from_disk(schema::StsEntry::Mode mode) {
  if (mode == schema::StsEntry::ENFORCE) return StsMode::enforce;
  return mode == schema::StsEntry::TESTING ? StsMode::testing : StsMode::none;
}

StsEntry from_record(const schema::StsEntry& record) {
  StsEntry entry;
  if (record.has_policy()) {
    entry.policy = StsPolicy{mode_from_disk(record.mode()),
                             std::chrono::seconds(record.max_age()),
                             {record.mx().begin(), record.mx().end()}};
  }
  entry.id = record.id();
  entry.fetched_at = from_millis(record.fetched_at());
  if (record.failed_at() != 0) entry.failed_at = from_millis(record.failed_at());
  entry.failed_id = record.failed_id();
  entry.failure = static_cast<StsFetch::Status>(record.failure());
  return entry;
}

bool failed_lately(const StsEntry& entry, Time now) {
  return entry.failed_at && now < *entry.failed_at + kStsRetry;
}

// Long before it expires, and no more often than once in a while.
bool is_stale(const StsEntry& entry, Time now) {
  const auto age = std::min<std::chrono::milliseconds>(kStsRefresh, entry.policy->max_age / 2);
  return now >= entry.fetched_at + std::max<std::chrono::milliseconds>(age, kStsRetry);
}

}  // namespace

bool StsEntry::holds(Time now) const { return policy && now < fetched_at + policy->max_age; }

std::string encode(const StsEntry& entry) {
  schema::StsEntry record;
  record.set_has_policy(entry.policy.has_value());
  if (entry.policy) {
    record.set_mode(mode_on_disk(entry.policy->mode));
    record.set_max_age(static_cast<std::uint32_t>(entry.policy->max_age.count()));
    for (const auto& pattern : entry.policy->mx) record.add_mx(pattern);
  }
  record.set_id(entry.id);
  record.set_fetched_at(to_millis(entry.fetched_at));
  if (entry.failed_at) record.set_failed_at(to_millis(*entry.failed_at));
  record.set_failed_id(entry.failed_id);
  record.set_failure(static_cast<std::uint32_t>(entry.failure));
  return record.SerializeAsString();
}

std::optional<StsEntry> read_sts_entry(const store::Reader& from, std::string_view domain) {
  const auto record = store::read<schema::StsEntry>(from, keys::sts_policy(domain));
  if (!record) return std::nullopt;
  return from_record(*record);
}

StsDecision decide_sts(const std::optional<StsEntry>& entry, const StsLookup& record, Time now) {
  using Fetch = StsDecision::Fetch;
  // Without a record nothing is fetched; a policy that holds is still applied (3.3), else whoever
  // suppresses the record would have switched it off.
  if (record.status != StsLookup::Status::found) return {Fetch::no};
  if (!entry) return {Fetch::first};
  if (!entry->holds(now)) {
    const bool tried = failed_lately(*entry, now) && entry->failed_id == record.id;
    return {tried ? Fetch::no : Fetch::first};
  }
  if (entry->id != record.id) {
    const bool tried = failed_lately(*entry, now) && entry->failed_id == record.id;
    return {tried ? Fetch::no : Fetch::first};
  }
  const bool again = is_stale(*entry, now) && !failed_lately(*entry, now);
  return {again ? Fetch::behind : Fetch::no};
}

StsEntry after_fetch(std::optional<StsEntry> entry, const StsLookup& record,
                     const StsFetch& fetched, Time now) {
  StsEntry out = entry ? std::move(*entry) : StsEntry{};
  if (fetched.status == StsFetch::Status::found) {
    out = {fetched.policy, record.id, now, std::nullopt, {}, StsFetch::Status::unavailable};
    return out;
  }
  if (!out.holds(now)) out.policy.reset();
  out.failed_at = now;
  out.failed_id = record.id;
  out.failure = fetched.status;
  return out;
}

// The right to fetch a domain's policy; given up, it wakes all who wait for the outcome.
class StsCache::Turn {
 public:
  Turn(StsCache& cache, std::string domain) : cache_(cache), domain_(std::move(domain)) {
    const std::lock_guard lock(cache_.mutex_);
    mine_ = cache_.fetching_.try_emplace(domain_).second;
  }
  ~Turn() {
    if (!mine_) return;
    std::vector<Resume> waiting;
    {
      const std::lock_guard lock(cache_.mutex_);
      const auto found = cache_.fetching_.find(domain_);
      waiting = std::move(found->second);
      cache_.fetching_.erase(found);
    }
    for (auto& resume : waiting) resume();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  [[nodiscard]] bool is_mine() const { return mine_; }
  // Until the turn of whoever has it is over.
  awaitable<void> wait() {
    co_await suspend([this](Resume resume) {
      std::unique_lock lock(cache_.mutex_);
      const auto found = cache_.fetching_.find(domain_);
      if (found != cache_.fetching_.end()) {
        found->second.push_back(std::move(resume));
        return;
      }
      lock.unlock();
      resume();
    });
  }

 private:
  StsCache& cache_;
  const std::string domain_;
  bool mine_ = false;
};

StsState StsCache::state_of(const std::string& domain, const StsLookup& record) const {
  const Time now = clock_.now();
  const auto entry = read_sts_entry(engine_.latest(), domain);
  StsState state;
  if (!entry) return state;
  if (entry->holds(now)) state.policy = entry->policy;
  if (entry->failed_at && record.status == StsLookup::Status::found &&
      entry->failed_id == record.id) {
    state.failure = entry->failure;
    state.reason = "the last fetch failed";
  }
  state.refresh_behind = decide_sts(entry, record, now).fetch == StsDecision::Fetch::behind;
  return state;
}

awaitable<StsState> StsCache::find(std::string domain) {
  const StsLookup record = co_await look_up_sts(resolver_, domain);
  const auto entry = read_sts_entry(engine_.latest(), domain);
  if (decide_sts(entry, record, clock_.now()).fetch == StsDecision::Fetch::first) {
    Turn turn(*this, domain);
    if (turn.is_mine()) co_return co_await fetch(domain, record);
    co_await turn.wait();
  }
  co_return state_of(domain, record);
}

awaitable<StsState> StsCache::refresh(std::string domain) {
  const StsLookup record = co_await look_up_sts(resolver_, domain);
  if (record.status == StsLookup::Status::found) {
    Turn turn(*this, domain);
    if (turn.is_mine()) co_return co_await fetch(domain, record);
    co_await turn.wait();
  }
  co_return state_of(domain, record);
}

awaitable<StsState> StsCache::fetch(std::string domain, StsLookup record) {
  const StsFetch fetched = co_await fetch_sts(client_, domain);
  const Time now = clock_.now();
  StsEntry entry;
  const Result<> kept = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    entry = after_fetch(read_sts_entry(tx, domain), record, fetched, now);
    tx.put(keys::sts_policy(domain), encode(entry));
    return {};
  });
  // A policy that could not be kept is applied all the same, and fetched again next time.
  if (!kept) log::warning("sts.not_kept", {{"domain", domain}, {"problem", kept.error().text()}});
  StsState state;
  if (entry.holds(now)) state.policy = entry.policy;
  if (fetched.status != StsFetch::Status::found) {
    log::info("sts.not_fetched", {{"domain", domain}, {"reason", fetched.reason}});
    state.failure = fetched.status;
    state.reason = fetched.reason;
  }
  co_return state;
}

std::vector<std::string> StsCache::due(std::size_t most) const {
  std::vector<std::string> domains;
  const Time now = clock_.now();
  const auto all = store::prefix_range(keys::table(keys::Table::sts_policy));
  engine_.latest().scan(all, [&](std::string_view key, std::string_view value) {
    const StsEntry entry = from_record(store::decode<schema::StsEntry>(key, value));
    const bool wanted = entry.holds(now) && entry.policy->mode != StsMode::none &&
                        is_stale(entry, now) && !failed_lately(entry, now);
    if (wanted) domains.emplace_back(key.substr(1));
    return domains.size() < most;
  });
  return domains;
}

}  // namespace freehold::trust
