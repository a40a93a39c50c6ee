#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "trust/signature_key.hpp"

namespace freehold::trust {

// The life of a DKIM key. It goes forward only.
enum class KeyStage {
  made,       // exists, nobody knows of it
  published,  // its record is wanted in DNS
  seen,       // DNS shows the record; caches that remember its absence are waited for
  signing,
  retired,  // signs no more; its record stays for mail that is on the way
  revoked,  // the record says so, with an empty p=
  gone,     // no record; kept in the list so that its selector is not used again
};

[[nodiscard]] std::string_view to_string(KeyStage stage);  // for people

struct RotationKey {
  std::string selector;
  KeyType type = KeyType::rsa;
  std::string record;  // key_record() of it
  KeyStage stage = KeyStage::made;
  Time since{};  // when that stage began
  Time made_at{};
  bool operator==(const RotationKey&) const = default;
};

// What DNS shows at SELECTOR._domainkey.DOMAIN.
enum class RecordSight {
  unknown,  // could not be looked up: no reason to change anything
  absent,
  ours,   // the record that is wanted for that key
  other,  // something else
};

struct RotationPolicy {
  std::chrono::days make_new_after{180};
  // No resolver remembers for longer that there was no record (RFC 2308, 5: one to three hours are
  // sensible).
  std::chrono::hours settle{3};
  std::chrono::days keep_retired{7};   // longer than any queue holds a message
  std::chrono::days keep_revoked{30};  // so that who still meets an old signature learns why
  std::chrono::days unseen_is_a_problem{1};
};

struct WantedRecord {
  std::string selector;
  std::string text;
  bool operator==(const WantedRecord&) const = default;
};

struct RotationPlan {
  std::vector<RotationKey> keys;       // with their new stages, to be stored
  std::vector<std::string> sign_with;  // selectors, at most one for each type: RSA first
  std::vector<WantedRecord> records;   // all that DNS should hold, ordered as the keys
  // Keys to be made now and added to the list as `made`; then plan again.
  std::vector<RotationKey> make;  // selector, type, since and made_at are filled in
  // Selectors whose wanted record DNS does not show although it had time to: for the owner to mend.
  std::vector<std::string> missing;
  std::optional<Time> again_at;  // when time alone will change something; DNS may do so earlier
};

// One step of the rotation of a domain's keys, RSA and Ed25519 each by itself. Pure: the caller
// looks at DNS, stores the keys, publishes and makes keys, and asks again after any of that, and at
// `again_at`. `sights` belongs to `keys`, one for each. To revoke a key at once (its private half
// leaked), set its stage to revoked beforehand.
[[nodiscard]] RotationPlan plan_rotation(std::vector<RotationKey> keys,
                                         std::span<const RecordSight> sights, Time now,
                                         const RotationPolicy& policy = {});

// "2026a-rsa": the year, the first letter that is free in it (after z: aa), and the type.
[[nodiscard]] std::string new_selector(std::span<const RotationKey> keys, KeyType type, Time now);

}  // namespace freehold::trust
