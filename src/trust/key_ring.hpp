#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/pool.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "directory/audit.hpp"
#include "net/resolver.hpp"
#include "store/engine.hpp"
#include "store/lane.hpp"
#include "trust/key_rotation.hpp"
#include "trust/signature_writer.hpp"

namespace freehold::trust {

// The DKIM keys of our domains, kept in the store and rotated by what DNS shows: a key signs only
// once its record has been seen. Owned by the wiring, used from every thread; the others outlive
// it.
class KeyRing {
 public:
  KeyRing(store::Engine& engine, net::Resolver& resolver, Pool& pool, const Clock& clock);

  struct Signer {
    std::string domain;            // d=
    std::vector<SigningKey> keys;  // RSA first
  };
  // Who signs for mail of this domain now: itself, or the nearest domain above it that is ours
  // (relaxed alignment). Null: nobody. Shared by the ring and those who are signing.
  [[nodiscard]] std::shared_ptr<const Signer> signer(std::string_view domain) const;

  struct State {
    std::vector<RotationKey> keys;
    std::vector<WantedRecord> records;  // that DNS should hold
    std::vector<std::string> signing;   // selectors
    std::vector<std::string> missing;   // selectors that DNS does not show although it had time to
  };
  // As the last step left it.
  [[nodiscard]] State state(std::string_view domain) const;
  // One step of a domain's rotation: looks at DNS, makes keys that are missing, lets stages go on.
  // `fresh`: a new key is begun whatever the age of the others.
  awaitable<Result<State>> tend(std::string domain, bool fresh = false);
  // What was a domain's goes with it.
  awaitable<Result<>> forget(std::string domain);

 private:
  struct Held {
    RotationKey key;
    std::string pem;
  };
  using Ring = std::vector<Held>;
  [[nodiscard]] static Ring read(const std::optional<std::string>& record);
  awaitable<std::vector<RecordSight>> look(const Ring& ring, const std::string& domain) const;
  awaitable<Result<>> make_keys(Ring& ring, std::vector<RotationKey> wanted) const;
  // A conflict when the record is not `before` any more. Each key's new stage is in the audit log.
  awaitable<Result<>> save(std::string domain, std::optional<std::string> before, const Ring& ring,
                           const std::vector<std::string>& missing, directory::Actor by);
  [[nodiscard]] static std::vector<std::string> changes(const Ring& before, const Ring& now);
  void load(const std::string& domain, const Ring& ring, const std::vector<std::string>& selectors);

  store::Engine& engine_;
  net::Resolver& resolver_;
  Pool& pool_;
  const Clock& clock_;
  store::Lane lane_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Signer>, std::less<>> signers_;
};

}  // namespace freehold::trust
