#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "mailstore/mailbox_snapshot.hpp"
#include "store/engine.hpp"

namespace freehold::mailstore {

// The newest snapshot of each mailbox that is in use, brought forward by the change log when
// somebody asks; those that nobody has open go after a while. Thread-safe.
class Snapshots {
 public:
  explicit Snapshots(store::Engine& engine) : engine_(engine) {}

  // Null: there is no such mailbox.
  [[nodiscard]] std::shared_ptr<const MailboxSnapshot> get(AccountId account, MailboxId mailbox);

  // Whether it is here, of whatever state: get() reads little then.
  [[nodiscard]] bool has(AccountId account, MailboxId mailbox);
  // The one of a state of the account, if it is here by chance: reads nothing, waits for nobody.
  [[nodiscard]] std::shared_ptr<const MailboxSnapshot> find(AccountId account, MailboxId mailbox,
                                                            ModSeq of);
  // What a change of the account has made of its mailboxes, so that it need not be read again.
  struct Step {
    struct Mailbox {
      Uid uid_next;
      ModSeq highest_modseq;
      std::vector<MailboxSnapshot::Replacement> chunks;
    };
    ModSeq from, to;  // states of the account
    std::map<MailboxId, Mailbox> mailboxes;
  };
  // After its commit. Small changes of large mailboxes are left to get().
  void advance(AccountId account, Step step);

 private:
  using Name = std::pair<AccountId, MailboxId>;
  using Moment = std::chrono::steady_clock::time_point;
  struct Entry {
    std::mutex mutex;  // held while it is brought forward: the others want the same
    std::shared_ptr<const MailboxSnapshot> newest;
    ModSeq upto;  // the state of the account that it shows
    Moment used;
  };
  [[nodiscard]] std::shared_ptr<Entry> entry(const Name& name);
  void bring_forward(const Name& name, Entry& entry) const;
  [[nodiscard]] static bool apply(Step::Mailbox& changed, Entry& entry);
  void drop_idle(Moment now);

  store::Engine& engine_;
  std::mutex mutex_;
  std::map<Name, std::shared_ptr<Entry>> entries_;  // shared with those who work on one
  Moment swept_{};
};

}  // namespace freehold::mailstore
