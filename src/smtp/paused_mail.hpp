#pragma once

#include <string>

#include "directory/directory.hpp"
#include "guard/brake.hpp"
#include "mailstore/mailstore.hpp"
#include "queue/dispatch.hpp"
#include "queue/queue.hpp"

namespace freehold::smtp {

// What the brake does with the mail of an account: holds it in the queue, and writes to people.
// Owned by the wiring.
class QueuedPausedMail final : public guard::PausedMail {
 public:
  QueuedPausedMail(queue::Queue& queue, queue::Dispatch& dispatch, mailstore::Mailstore& mailstore,
                   const directory::Directory& directory, std::string hostname, const Clock& clock)
      : queue_(queue),
        dispatch_(dispatch),
        mailstore_(mailstore),
        directory_(directory),
        hostname_(std::move(hostname)),
        clock_(clock) {}

  awaitable<Result<std::size_t>> hold(AccountId account) override;
  awaitable<Result<std::size_t>> release(AccountId account) override;
  awaitable<void> tell(directory::AccountInfo account, std::string reason,
                       std::size_t held) override;

 private:
  queue::Queue& queue_;
  queue::Dispatch& dispatch_;
  mailstore::Mailstore& mailstore_;
  const directory::Directory& directory_;
  std::string hostname_;
  const Clock& clock_;
};

// For QueueSettings::on_outcomes: tells the guard of recipients that do not exist or refuse it.
void note_outcomes(guard::Sending& sending, const queue::Job& job,
                   const std::vector<queue::Outcome>& outcomes);

}  // namespace freehold::smtp
