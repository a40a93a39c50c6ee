#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "imap/sequence_set.hpp"
#include "mailstore/mailstore.hpp"

namespace freehold::imap {

// A selected mailbox as this client knows it: the messages in the order of their sequence numbers.
// It changes only when the client is told.
class View {
 public:
  using Messages = std::vector<mailstore::IndexedMessage>;

  View(AccountId account, mailstore::MailboxInfo info, bool read_only, Messages messages,
       ModSeq upto)
      : account_(account),
        info_(std::move(info)),
        read_only_(read_only),
        messages_(std::move(messages)),
        upto_(upto) {}

  [[nodiscard]] AccountId account() const { return account_; }
  [[nodiscard]] MailboxId mailbox() const { return info_.id; }
  [[nodiscard]] const mailstore::MailboxInfo& info() const { return info_; }
  [[nodiscard]] bool read_only() const { return read_only_; }
  [[nodiscard]] const Messages& messages() const { return messages_; }
  [[nodiscard]] ModSeq upto() const { return upto_; }
  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(messages_.size()); }
  [[nodiscard]] std::uint32_t largest_uid() const {
    return messages_.empty() ? 0 : messages_.back().uid.value;
  }

  // The sequence number of a UID, from 1; nothing when the client does not know it.
  [[nodiscard]] std::optional<std::uint32_t> sequence_of(Uid uid) const;
  // Indexes into messages() of a set; ascending. Numbers that do not exist are left out.
  [[nodiscard]] std::vector<std::size_t> select(const SequenceSet& set, bool by_uid) const;
  // False: a sequence number is larger than the mailbox (a client's error); UIDs always are fine.
  [[nodiscard]] bool valid(const SequenceSet& set, bool by_uid) const;

  // What the client has to be told of changes; the view is brought forward.
  struct News {
    std::vector<std::uint32_t> expunged;  // sequence numbers, each as it is when its turn comes
    std::vector<Uid> vanished;
    bool exists = false;               // there are new ones
    std::vector<std::size_t> updated;  // indexes into messages()
  };
  [[nodiscard]] News apply(const mailstore::MailboxChanges& changes);
  // The client is told of this one's new state by the command itself.
  void note(const mailstore::IndexedMessage& message);

 private:
  AccountId account_;
  mailstore::MailboxInfo info_;
  bool read_only_;
  bool gone_ = false;
  Messages messages_;
  ModSeq upto_;
};

}  // namespace freehold::imap
