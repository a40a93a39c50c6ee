#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "guard/anomaly.hpp"
#include "guard/sending.hpp"

namespace freehold::guard {

// What happens to a paused account's mail, and who hears of it.
class PausedMail {
 public:
  virtual ~PausedMail() = default;
  // All of its messages in the queue are held; on how many it was done.
  virtual awaitable<Result<std::size_t>> hold(AccountId account) = 0;
  virtual awaitable<Result<std::size_t>> release(AccountId account) = 0;
  // A message to the owner (postmaster) and to the user.
  virtual awaitable<void> tell(directory::AccountInfo account, std::string reason,
                               std::size_t held) = 0;
};

// Pauses accounts that suddenly send like stolen ones: they may not send, what they have in the
// queue is held, nothing is lost, and owner and user are told. Only a person lets them go on. Owned
// by the wiring, used from every thread; what it is given outlives it.
class Brake {
 public:
  Brake(directory::Directory& directory, Sending& sending, PausedMail& mail)
      : directory_(directory), sending_(sending), mail_(mail) {}

  // Why the account may not send now; nothing: it may. Looks at the picture and pauses it.
  awaitable<std::optional<std::string>> check(AccountId account);
  // Looks at all who have sent or had bounces lately.
  awaitable<void> check_all();
  // What a crash has left between the pause and the hold; once at the start.
  awaitable<void> resume();

  // The owner says that all is well.
  awaitable<Result<>> release(std::string address, directory::Actor by);
  // The owner's own pause.
  awaitable<Result<>> pause(std::string address, std::string reason, directory::Actor by);

 private:
  awaitable<Result<>> pull(directory::AccountInfo account, std::string reason, directory::Actor by);

  directory::Directory& directory_;
  Sending& sending_;
  PausedMail& mail_;
};

}  // namespace freehold::guard
