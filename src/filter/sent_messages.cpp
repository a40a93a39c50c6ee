#include "filter/sent_messages.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "filter/day_record.hpp"
#include "filter/limits.hpp"
#include "store/keys.hpp"

namespace freehold::filter {

namespace keys = store::keys;

namespace {

std::uint64_t hash_of(std::string_view message_id) {
  auto id = trim(message_id);
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  return read_u64(sha256(id).view());
}

}  // namespace

void SentMessages::note(AccountId account, std::string_view message_id) {
  if (trim(message_id).empty()) return;
  const std::lock_guard lock(mutex_);
  if (pending_.size() < kMaxPendingSent) {
    pending_[{account, hash_of(message_id)}] = day_of(clock_.now());
  }
}

bool SentMessages::is_known(AccountId account, std::string_view message_id) const {
  const auto hash = hash_of(message_id);
  {
    const std::lock_guard lock(mutex_);
    if (pending_.contains({account, hash})) return true;
  }
  return engine_.latest().get(keys::filter_sent(account, hash)).has_value();
}

bool SentMessages::is_any_known(AccountId account, const std::vector<std::string>& ids) const {
  return std::ranges::any_of(ids, [&](const std::string& id) { return is_known(account, id); });
}

awaitable<Result<>> SentMessages::flush() {
  std::map<Id, std::uint32_t> written;
  {
    const std::lock_guard lock(mutex_);
    written = pending_;
  }
  if (written.empty()) co_return Result<>();
  store::Batch batch;
  for (const auto& [id, day] : written) {
    batch.put(keys::filter_sent(id.first, id.second), day_record(day));
  }
  const auto outcome = co_await engine_.commit(std::move(batch));
  if (!outcome) co_return outcome.error();
  const std::lock_guard lock(mutex_);
  for (const auto& [id, day] : written) pending_.erase(id);
  co_return Result<>();
}

awaitable<Result<>> SentMessages::forget_all(AccountId account) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(pending_, [account](const auto& one) { return one.first.first == account; });
  }
  store::Batch batch;
  engine_.latest().scan(store::prefix_range(keys::filter_sent_of(account)),
                        [&batch](std::string_view key, std::string_view) {
                          batch.erase(std::string(key));
                          return true;
                        });
  co_return co_await engine_.commit(std::move(batch));
}

Result<std::size_t> SentMessages::expire(std::size_t most) {
  return expiry_.round(engine_, most, [now = clock_.now()](auto, auto value) {
    return is_older(value, kSentMemory, now);
  });
}

}  // namespace freehold::filter
