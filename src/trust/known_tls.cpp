#include "trust/known_tls.hpp"

#include <algorithm>

#include "schema/trust.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

bool is_fresh(const KnownTls& known, Time now) { return now < known.last_good + kTlsHabitAge; }
bool held_long_enough(const KnownTls& known, Time now) {
  return known.fell_at && now >= *known.fell_at + kTlsDowngradeHold;
}

TlsLevel level_from_disk(std::uint32_t number) {
  return static_cast<TlsLevel>(std::min(number, static_cast<std::uint32_t>(TlsLevel::verified)));
}

KnownTls settle(KnownTls known, TlsLevel level, Time now) {
  known.level = level;
  known.last_good = now;
  known.fell_at.reset();
  known.rising = level;
  known.rising_streak = 0;
  return known;
}

}  // namespace

KnownTls learn(KnownTls known, TlsLevel seen, Time now) {
  if (seen < known.level) {
    // A certificate that has lapsed is told of once; it is no reason to wait.
    if (seen == TlsLevel::encrypted) return settle(known, seen, now);
    if (!is_fresh(known, now) || held_long_enough(known, now)) return settle(known, seen, now);
    known.rising_streak = 0;
    if (!known.fell_at) known.fell_at = now;
    return known;
  }
  if (seen == known.level) return settle(known, seen, now);
  known.last_good = now;
  known.fell_at.reset();
  known.rising = known.rising_streak == 0 ? seen : std::min(known.rising, seen);
  if (++known.rising_streak >= kTlsHabit) return settle(known, known.rising, now);
  return known;
}

TlsLevel demanded(const std::optional<KnownTls>& known, Time now) {
  if (!known || !is_fresh(*known, now) || held_long_enough(*known, now)) return TlsLevel::plain;
  return std::min(known->level, TlsLevel::encrypted);
}

Downgrade judge_downgrade(const std::optional<KnownTls>& known, TlsLevel seen, Time now) {
  if (!known || seen >= known->level || !is_fresh(*known, now)) return Downgrade::none;
  if (seen == TlsLevel::encrypted || held_long_enough(*known, now)) return Downgrade::accept;
  return Downgrade::hold;
}

std::optional<KnownTls> read_known_tls(const store::Reader& from, std::string_view domain) {
  const auto record = store::read<schema::KnownTls>(from, store::keys::known_tls(domain));
  if (!record) return std::nullopt;
  KnownTls known;
  known.level = level_from_disk(record->level());
  known.rising = level_from_disk(record->rising());
  known.rising_streak = record->rising_streak();
  known.last_good = from_millis(record->last_good());
  if (record->fell_at() != 0) known.fell_at = from_millis(record->fell_at());
  return known;
}

void write_known_tls(store::Transaction& tx, std::string_view domain, const KnownTls& known) {
  schema::KnownTls record;
  record.set_level(static_cast<std::uint32_t>(known.level));
  record.set_rising(static_cast<std::uint32_t>(known.rising));
  record.set_rising_streak(known.rising_streak);
  record.set_last_good(to_millis(known.last_good));
  if (known.fell_at) record.set_fell_at(to_millis(*known.fell_at));
  tx.put(store::keys::known_tls(domain), record.SerializeAsString());
}

}  // namespace freehold::trust
