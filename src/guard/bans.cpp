#include "guard/bans.hpp"

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "guard/limits.hpp"
#include "schema/guard.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "store/transaction.hpp"

namespace freehold::guard {

namespace keys = store::keys;

namespace {

double points_of(Offence offence) {
  switch (offence) {
    case Offence::wrong_password:
      return 10;
    case Offence::unknown_user:
      return 5;
    case Offence::harvest:
      return 60;
    case Offence::early_talk:
    case Offence::protocol_junk:
      return 25;
    case Offence::spam_refused:
      return 10;
  }
  return 0;
}

metrics::Gauge& bans_gauge() {
  static auto& gauge = metrics::gauge("freehold_guard_bans", "Prefixes banned or remembered");
  return gauge;
}

// As it was kept, or nothing when it is no address.
std::optional<net::IpAddress> address_of(std::string_view bytes) {
  if (bytes.size() == 4) {
    std::array<std::uint8_t, 4> four{};
    std::ranges::copy(bytes, four.begin());
    return net::IpAddress::v4(four);
  }
  if (bytes.size() != 16) return std::nullopt;
  std::array<std::uint8_t, 16> sixteen{};
  std::ranges::copy(bytes, sixteen.begin());
  return net::IpAddress::v6(sixteen);
}

bool in_any(const std::vector<net::Network>& networks, const net::IpAddress& address) {
  return std::ranges::any_of(networks, [&](const auto& one) { return one.contains(address); });
}

Problem never_banned(const net::IpAddress& address) {
  return problem(Problem::Kind::denied, address.text() + " is never banned", {},
                 "it is loopback, a trusted proxy, or on the list [abuse] allow");
}

}  // namespace

std::string_view word(Offence offence) {
  switch (offence) {
    case Offence::wrong_password:
      return "wrong passwords";
    case Offence::unknown_user:
      return "unknown recipients";
    case Offence::harvest:
      return "guessing of addresses";
    case Offence::early_talk:
      return "talking before the greeting";
    case Offence::protocol_junk:
      return "bad commands";
    case Offence::spam_refused:
      return "spam";
  }
  return "";
}

std::string text_of_prefix(const net::IpAddress& prefix) {
  return prefix.text() + (prefix.is_v4() ? "" : "/64");
}

Bans::Bans(store::Engine& engine, BanSettings settings, const Clock& clock)
    : engine_(engine), settings_(std::move(settings)), clock_(clock) {
  engine.latest().scan(store::prefix_range(keys::table(keys::Table::ban)),
                       [&](std::string_view key, std::string_view value) {
                         const auto record = store::decode<schema::Ban>(key, value);
                         const auto prefix = address_of(key.substr(1));
                         if (!prefix) return true;
                         bans_[*prefix] = {*prefix,
                                           from_millis(record.since()),
                                           from_millis(record.until()),
                                           record.strikes(),
                                           record.reason(),
                                           record.by_owner()};
                         return bans_.size() < kMostBans;
                       });
  bans_gauge().set(static_cast<double>(bans_.size()));
}

bool Bans::is_exempt(const net::IpAddress& address) const {
  return address.is_loopback() || in_any(settings_.allow, address) ||
         in_any(settings_.proxies, address);
}

bool Bans::is_banned(const net::IpAddress& address) const {
  {
    const std::lock_guard lock(mutex_);
    const auto found = bans_.find(address.customer_prefix());
    if (found == bans_.end() || found->second.until <= clock_.now()) return false;
  }
  return !is_exempt(address);  // last: an IPv6 /64 may hold one address that is allowed
}

double Bans::decayed(const Offender& offender) const {
  const std::chrono::duration<double> passed = clock_.now() - offender.at;
  const std::chrono::duration<double> half = kPointsHalfLife;
  return offender.points * std::exp2(-std::max(0.0, passed / half));
}

void Bans::offend(const net::IpAddress& address, Offence offence, double factor) {
  if (is_exempt(address)) return;
  static auto& offences = metrics::counter("freehold_guard_offences_total", "Offences of clients");
  offences.add();
  const auto prefix = address.customer_prefix();
  const std::lock_guard lock(mutex_);
  if (!offenders_.contains(prefix)) make_room_for_offender();
  auto& offender = offenders_[prefix];
  offender.points = decayed(offender) + points_of(offence) * factor;
  offender.at = clock_.now();
  if (offender.points >= kBanAtPoints) ban(prefix, offence);
}

void Bans::ban(const net::IpAddress& prefix, Offence last) {
  static auto& banned = metrics::counter("freehold_guard_banned_total", "Bans of prefixes");
  offenders_.erase(prefix);
  const auto now = clock_.now();
  if (!bans_.contains(prefix)) make_room_for_ban();
  auto& one = bans_[prefix];
  // Sessions that were open before the ban go on and may offend more: that is the same ban.
  if (one.until > now) return;
  const bool forgotten = now - one.until > kStrikesRemembered;
  const unsigned strikes = forgotten ? 1 : one.strikes + 1;
  const auto time = kBanTimes[std::min<std::size_t>(strikes, kBanTimes.size()) - 1];
  one = {prefix, now, now + time, strikes, std::string(word(last)), false};
  unsaved_.insert(prefix);
  banned.add();
  bans_gauge().set(static_cast<double>(bans_.size()));
  log::warning("guard.banned", {{"prefix", text_of_prefix(prefix)},
                                {"reason", one.reason},
                                {"strikes", one.strikes},
                                {"until", rfc3339(one.until)}});
}

void Bans::make_room_for_offender() {
  if (offenders_.size() < kMostOffenders) return;
  std::erase_if(offenders_, [this](const auto& one) { return decayed(one.second) < 5; });
  if (offenders_.size() >= kMostOffenders) offenders_.erase(offenders_.begin());
}

// What has been over for longest goes; when none is over, what ends first.
void Bans::make_room_for_ban() {
  if (bans_.size() < kMostBans) return;
  std::vector<std::pair<Time, net::IpAddress>> all;
  for (const auto& [prefix, one] : bans_) all.emplace_back(one.until, prefix);
  const auto eighth = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 8);
  std::ranges::nth_element(all, eighth);
  for (auto one = all.begin(); one != eighth; ++one) {
    bans_.erase(one->second);
    unsaved_.insert(one->second);
  }
}

void Bans::put(store::Transaction& tx, const BanInfo& one) const {
  schema::Ban record;
  record.set_since(to_millis(one.since));
  record.set_until(to_millis(one.until));
  record.set_strikes(one.strikes);
  record.set_reason(one.reason);
  record.set_by_owner(one.by_owner);
  tx.put(keys::ban(one.prefix.bytes()), record.SerializeAsString());
}

awaitable<Result<>> Bans::add(net::IpAddress address, std::chrono::minutes time, std::string reason,
                              directory::Actor by) {
  if (is_exempt(address)) co_return never_banned(address);
  const auto now = clock_.now();
  BanInfo one{address.customer_prefix(), now, now + time, 1, std::move(reason), true};
  store::Transaction tx(engine_.latest());
  put(tx, one);
  directory::write_audit(tx, now, by, "ban.add", text_of_prefix(one.prefix),
                         "until " + rfc3339(one.until) + ": " + one.reason);
  const auto done = co_await engine_.commit(tx.take());
  if (!done) co_return done;
  const std::lock_guard lock(mutex_);
  if (!bans_.contains(one.prefix)) make_room_for_ban();
  bans_[one.prefix] = std::move(one);
  bans_gauge().set(static_cast<double>(bans_.size()));
  co_return done;
}

awaitable<Result<>> Bans::lift(net::IpAddress address, directory::Actor by) {
  const auto prefix = address.customer_prefix();
  {
    const std::lock_guard lock(mutex_);
    const auto found = bans_.find(prefix);
    if (found == bans_.end() || found->second.until <= clock_.now()) {
      co_return problem(Problem::Kind::not_found, text_of_prefix(prefix) + " is not banned", {},
                        "see `freehold ban list`");
    }
  }
  store::Transaction tx(engine_.latest());
  tx.erase(keys::ban(prefix.bytes()));
  directory::write_audit(tx, clock_.now(), by, "ban.remove", text_of_prefix(prefix));
  const auto done = co_await engine_.commit(tx.take());
  if (!done) co_return done;
  const std::lock_guard lock(mutex_);
  bans_.erase(prefix);
  offenders_.erase(prefix);
  unsaved_.erase(prefix);
  bans_gauge().set(static_cast<double>(bans_.size()));
  co_return done;
}

std::vector<BanInfo> Bans::list() const {
  std::vector<BanInfo> all;
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  for (const auto& [prefix, one] : bans_) {
    if (one.until > now) all.push_back(one);
  }
  std::ranges::sort(all, std::ranges::greater(), &BanInfo::until);
  return all;
}

awaitable<void> Bans::save() {
  store::Transaction tx(engine_.latest());
  std::unordered_set<net::IpAddress> saved;
  {
    const std::lock_guard lock(mutex_);
    const auto now = clock_.now();
    for (auto one = bans_.begin(); one != bans_.end();) {
      const bool forgotten = now - one->second.until > kStrikesRemembered;
      if (forgotten) unsaved_.insert(one->first);
      one = forgotten ? bans_.erase(one) : std::next(one);
    }
    saved = std::exchange(unsaved_, {});
    for (const auto& prefix : saved) {
      if (const auto found = bans_.find(prefix); found != bans_.end()) {
        put(tx, found->second);
      } else {
        tx.erase(keys::ban(prefix.bytes()));
      }
    }
    bans_gauge().set(static_cast<double>(bans_.size()));
  }
  if (saved.empty()) co_return;
  const auto done = co_await engine_.commit(tx.take());
  if (done) co_return;
  log::warning("guard.bans_not_saved", {{"error", done.error().text()}});
  const std::lock_guard lock(mutex_);
  unsaved_.merge(saved);
}

}  // namespace freehold::guard
