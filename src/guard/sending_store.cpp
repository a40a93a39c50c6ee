#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "guard/limits.hpp"
#include "guard/sending.hpp"
#include "schema/guard.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "store/transaction.hpp"

// The counters on disk.
namespace freehold::guard {

namespace keys = store::keys;

namespace {

using Pieces = google::protobuf::RepeatedPtrField<schema::Counted>;

void write(const SlidingCounts& from, Pieces& into) {
  for (const auto& [number, counts] : from.pieces()) {
    auto& record = *into.Add();
    record.set_begin(number);
    record.set_messages(counts.messages);
    record.set_recipients(counts.recipients);
    record.set_new_recipients(counts.new_recipients);
    record.set_bounces(counts.bounces);
    record.set_refused_as_spam(counts.refused_as_spam);
    record.set_new_networks(counts.new_networks);
    record.set_busiest_hour(counts.busiest_hour);
  }
}

void read(const Pieces& from, SlidingCounts& into) {
  for (const auto& record : from) {
    into.restore(
        {record.begin(),
         {record.messages(), record.recipients(), record.new_recipients(), record.bounces(),
          record.refused_as_spam(), record.new_networks(), record.busiest_hour()}});
  }
}

std::optional<net::IpAddress> address_of(std::string_view bytes) {
  std::array<std::uint8_t, 16> sixteen{};
  if (bytes.size() == 16) {
    std::ranges::copy(bytes, sixteen.begin());
    return net::IpAddress::v6(sixteen);
  }
  if (bytes.size() != 4) return std::nullopt;
  std::array<std::uint8_t, 4> four{};
  std::ranges::copy(bytes, four.begin());
  return net::IpAddress::v4(four);
}

}  // namespace

void Sending::load() {
  engine_.latest().scan(store::prefix_range(keys::table(keys::Table::sending)),
                        [&](std::string_view key, std::string_view value) {
                          const auto record = store::decode<schema::Sending>(key, value);
                          const auto id = keys::account_of(key);
                          auto& account = accounts_[id];
                          read(record.hours(), account.hour);
                          read(record.days(), account.day);
                          read(record.weeks(), account.weeks);
                          account.known_recipients = record.known_recipients();
                          for (const auto& bytes : record.networks()) {
                            if (const auto address = address_of(bytes))
                              account.networks.push_back(*address);
                          }
                          return true;
                        });
  for (const auto& [id, account] : accounts_) {
    auto& domain = domains_[where(id).domain];
    for (const auto& piece : account.hour.pieces()) {
      domain.hour.add(Time(piece.number * std::chrono::minutes(5)), piece.counts);
    }
    for (const auto& piece : account.day.pieces()) {
      domain.day.add(Time(piece.number * std::chrono::hours(1)), piece.counts);
    }
  }
}

void Sending::put(store::Transaction& tx, AccountId id, Account& account) const {
  schema::Sending record;
  write(account.hour, *record.mutable_hours());
  write(account.day, *record.mutable_days());
  write(account.weeks, *record.mutable_weeks());
  record.set_known_recipients(account.known_recipients);
  for (const auto& network : account.networks) record.add_networks(std::string(network.bytes()));
  tx.put(keys::sending(id), record.SerializeAsString());
}

// A tenth at once, so that the long look is rare.
void Sending::forget_oldest_recipients(store::Transaction& tx, AccountId id,
                                       Account& account) const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> all;
  tx.scan(store::prefix_range(keys::known_recipients(id)), [&](std::string_view key,
                                                               std::string_view value) {
    all.emplace_back(value.size() == 4 ? read_u32(value) : 0, keys::hash_of_known_recipient(key));
    return true;
  });
  const auto keep = static_cast<std::size_t>(kMostKnownRecipients) * 9 / 10;
  account.known_recipients = static_cast<std::uint32_t>(std::min(all.size(), keep));
  if (all.size() <= keep) return;
  std::ranges::sort(all);
  for (std::size_t i = 0; i < all.size() - keep; ++i) {
    tx.erase(keys::known_recipient(id, all[i].second));
  }
}

awaitable<void> Sending::save() {
  store::Transaction tx(engine_.latest());
  std::vector<std::pair<AccountId, std::map<std::uint64_t, std::uint32_t>>> saved;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, account] : accounts_) {
      if (!account.changed) continue;
      account.changed = false;
      for (const auto& [hash, day] : account.unsaved) {
        std::string value;
        append_u32(value, day);
        tx.put(keys::known_recipient(id, hash), value);
      }
      if (account.known_recipients > kMostKnownRecipients) {
        forget_oldest_recipients(tx, id, account);
      }
      put(tx, id, account);
      saved.emplace_back(id, account.unsaved);
    }
  }
  if (saved.empty()) co_return;
  const auto done = co_await engine_.commit(tx.take());
  if (!done) log::warning("guard.sending_not_saved", {{"error", done.error().text()}});
  const std::lock_guard lock(mutex_);
  for (const auto& [id, hashes] : saved) {
    auto& account = accounts_[id];
    if (!done) account.changed = true;
    for (const auto& [hash, day] : hashes) {
      if (done && account.unsaved[hash] == day) account.unsaved.erase(hash);
    }
  }
}

}  // namespace freehold::guard
