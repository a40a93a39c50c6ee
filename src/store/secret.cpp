#include "store/secret.hpp"

#include "base/hash.hpp"
#include "store/keys.hpp"

namespace freehold::store {

std::string stored_secret(Engine& engine, std::string_view name) {
  const auto key = keys::secret(name);
  if (auto secret = engine.latest().get(key)) return *secret;
  Batch batch;
  batch.require_absent(key);
  batch.put(key, random_bytes(32));
  static_cast<void>(engine.commit_blocking(std::move(batch)));
  return engine.latest().get(key).value_or(random_bytes(32));
}

}  // namespace freehold::store
