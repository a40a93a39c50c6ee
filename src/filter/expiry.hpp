#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/engine.hpp"
#include "store/keys.hpp"

namespace freehold::filter {

// Removes what is too old from one table, some records in each round, so that no round is long.
// Used from every thread.
class Expiry {
 public:
  explicit Expiry(store::keys::Table table) : table_(table) {}

  // Looks at `most` records, where the last round has ended; returns how many went. A record that
  // is changed meanwhile stays. Blocks.
  using IsOld = std::function<bool(std::string_view key, std::string_view value)>;
  [[nodiscard]] Result<std::size_t> round(store::Engine& engine, std::size_t most,
                                          const IsOld& is_old);

 private:
  const store::keys::Table table_;
  std::mutex mutex_;
  std::string next_;  // where the next round begins; empty: at the table's beginning
};

}  // namespace freehold::filter
