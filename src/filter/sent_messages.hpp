#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "filter/expiry.hpp"
#include "store/engine.hpp"

namespace freehold::filter {

// The ids of messages that accounts have sent, so that an answer to one of them is known for what
// it is. Owned by the wiring, used from every thread; the engine and the clock outlive it. What is
// noted is kept in memory until flush(); a crash loses that much.
class SentMessages {
 public:
  SentMessages(store::Engine& engine, const Clock& clock) : engine_(engine), clock_(clock) {}

  // `message_id` with or without its brackets.
  void note(AccountId account, std::string_view message_id);
  [[nodiscard]] bool is_known(AccountId account, std::string_view message_id) const;
  [[nodiscard]] bool is_any_known(AccountId account, const std::vector<std::string>& ids) const;

  awaitable<Result<>> flush();
  awaitable<Result<>> forget_all(AccountId account);
  // Removes what is older than kSentMemory among `most` records, where the last call has ended.
  // Returns how many went. Blocks.
  [[nodiscard]] Result<std::size_t> expire(std::size_t most);

 private:
  using Id = std::pair<AccountId, std::uint64_t>;

  store::Engine& engine_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::map<Id, std::uint32_t> pending_;  // → the Day
  Expiry expiry_{store::keys::Table::filter_sent};
};

}  // namespace freehold::filter
