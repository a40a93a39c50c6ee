#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "store/transaction.hpp"

namespace freehold::trust {

// What mail to a destination was sent over so far. Opportunistic TLS yields to whoever strips
// STARTTLS from a connection; where it has been the habit, its sudden end is noticed.

enum class TlsLevel : std::uint8_t { plain, encrypted, verified };

struct KnownTls {
  TlsLevel level = TlsLevel::plain;  // the best that has become a habit
  // Towards a better level: deliveries in a row above `level`, and the least of them.
  TlsLevel rising = TlsLevel::plain;
  unsigned rising_streak = 0;
  Time last_good{};             // at `level` or better
  std::optional<Time> fell_at;  // first seen below it, and not at it since

  bool operator==(const KnownTls&) const = default;
};

// After a delivery, or an attempt that showed what there is.
[[nodiscard]] KnownTls learn(KnownTls known, TlsLevel seen, Time now);

// The least that a new attempt should demand though no policy does: the habit, while it is fresh
// and has not been missing for so long that it must be meant so. At most `encrypted`: without DANE
// or MTA-STS nobody has promised a valid certificate, and many let theirs lapse.
[[nodiscard]] TlsLevel demanded(const std::optional<KnownTls>& known, Time now);

enum class Downgrade : std::uint8_t {
  none,
  hold,    // less than usual: wait, and say so
  accept,  // send, and say so: the certificate is not valid any more, or it has been so for too
           // long
};
[[nodiscard]] Downgrade judge_downgrade(const std::optional<KnownTls>& known, TlsLevel seen,
                                        Time now);

[[nodiscard]] std::optional<KnownTls> read_known_tls(const store::Reader& from,
                                                     std::string_view domain);
void write_known_tls(store::Transaction& tx, std::string_view domain, const KnownTls& known);

}  // namespace freehold::trust
