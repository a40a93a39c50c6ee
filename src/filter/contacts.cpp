#include "filter/contacts.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/bytes.hpp"
#include "filter/day_record.hpp"
#include "filter/limits.hpp"
#include "store/keys.hpp"

namespace freehold::filter {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kMaxDomainBytes = 255;

using Dated = std::vector<std::pair<std::uint32_t, std::string>>;

std::vector<std::string> most_recent(Dated all) {
  std::ranges::sort(all, std::greater());
  if (all.size() > kMaxOwnNames) all.resize(kMaxOwnNames);
  std::vector<std::string> out;
  out.reserve(all.size());
  for (auto& [day, text] : all) out.push_back(std::move(text));
  return out;
}

}  // namespace

void Contacts::note(AccountId account, Kind kind, std::string text) {
  const std::lock_guard lock(mutex_);
  if (pending_.size() < kMaxPendingSent) {
    pending_[{account, kind, std::move(text)}] = day_of(clock_.now());
  }
}

void Contacts::note(AccountId account, const message::Addresses& recipients) {
  for (const auto& one : recipients) {
    if (one.kind != message::Address::Kind::mailbox) continue;
    if (!one.domain.empty() && one.domain.size() <= kMaxDomainBytes) {
      note(account, Kind::domain, to_lower(one.domain));
    }
    const std::string name(trim(one.display_name()));
    // A first name alone is many people's, and an address is none.
    const bool whole = name.find(' ') != std::string::npos && name.find('@') == std::string::npos;
    if (whole && name.size() <= kMaxNameBytes) note(account, Kind::name, name);
  }
}

Contacts::Names Contacts::of(AccountId account) const {
  std::map<std::pair<char, std::string>, std::uint32_t> all;
  std::size_t read = 0;
  engine_.latest().scan(store::prefix_range(keys::filter_contacts(account)),
                        [&](std::string_view key, std::string_view value) {
                          const auto text = keys::text_of_contact(key);
                          if (text.empty()) return true;
                          all[{text.front(), std::string(text.substr(1))}] = day_in(value);
                          return ++read < kMaxContactsRead;
                        });
  {
    const std::lock_guard lock(mutex_);
    const Id first{account, Kind::domain, {}};
    for (auto at = pending_.lower_bound(first); at != pending_.end(); ++at) {
      const auto& [whose, kind, text] = at->first;
      if (whose != account) break;
      all[{static_cast<char>(kind), text}] = at->second;
    }
  }
  Dated domains;
  Dated names;
  for (const auto& [kind_and_text, day] : all) {
    const bool is_domain = kind_and_text.first == static_cast<char>(Kind::domain);
    (is_domain ? domains : names).emplace_back(day, kind_and_text.second);
  }
  return {most_recent(std::move(domains)), most_recent(std::move(names))};
}

awaitable<Result<>> Contacts::flush() {
  std::map<Id, std::uint32_t> written;
  {
    const std::lock_guard lock(mutex_);
    written = pending_;
  }
  if (written.empty()) co_return Result<>();
  store::Batch batch;
  for (const auto& [id, day] : written) {
    const auto& [account, kind, text] = id;
    batch.put(keys::filter_contact(account, static_cast<char>(kind), text), day_record(day));
  }
  const auto outcome = co_await engine_.commit(std::move(batch));
  if (!outcome) co_return outcome.error();
  const std::lock_guard lock(mutex_);
  for (const auto& [id, day] : written) pending_.erase(id);
  co_return Result<>();
}

awaitable<Result<>> Contacts::forget_all(AccountId account) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(pending_,
                  [account](const auto& one) { return std::get<0>(one.first) == account; });
  }
  store::Batch batch;
  engine_.latest().scan(store::prefix_range(keys::filter_contacts(account)),
                        [&batch](std::string_view key, std::string_view) {
                          batch.erase(std::string(key));
                          return true;
                        });
  co_return co_await engine_.commit(std::move(batch));
}

Result<std::size_t> Contacts::expire(std::size_t most) {
  return expiry_.round(engine_, most, [now = clock_.now()](auto, auto value) {
    return is_older(value, kContactMemory, now);
  });
}

}  // namespace freehold::filter
