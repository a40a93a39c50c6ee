#pragma once

#include <memory>

#include "base/home.hpp"
#include "mailstore/mailstore.hpp"
#include "net/stream.hpp"

namespace freehold::imap {

// While it lives, each change of an account's mail interrupts a session's wait for its client.
class Wakeup {
 public:
  // `home` is the thread of the session, whose stream outlives this.
  Wakeup(mailstore::Mailstore& store, AccountId account, const Home& home, net::Stream& stream)
      : target_(std::make_shared<Target>(&stream)),
        watch_(store.watch(account, [home, weak = std::weak_ptr(target_)] {
          home.post([weak] {
            if (const auto there = weak.lock()) there->stream->interrupt();
          });
        })) {}

 private:
  // The session may be gone when a wake arrives in its thread.
  struct Target {
    net::Stream* stream;
  };
  std::shared_ptr<Target> target_;  // shared with the wakes on their way here
  std::unique_ptr<mailstore::Mailstore::Watch> watch_;
};

}  // namespace freehold::imap
