#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "imap/sequence_set.hpp"
#include "mailstore/mailstore.hpp"

namespace freehold::imap {

// A selected mailbox as this client knows it: the messages in the order of their sequence numbers.
// It changes only when the client is told.
class View {
 public:
  using Snapshot = std::shared_ptr<const mailstore::MailboxSnapshot>;

  View(AccountId account, mailstore::MailboxInfo info, bool read_only, Snapshot told)
      : account_(account), info_(std::move(info)), read_only_(read_only), told_(std::move(told)) {}

  [[nodiscard]] AccountId account() const { return account_; }
  [[nodiscard]] MailboxId mailbox() const { return info_.id; }
  [[nodiscard]] const mailstore::MailboxInfo& info() const { return info_; }
  [[nodiscard]] bool read_only() const { return read_only_; }
  // The messages in the order of their sequence numbers: an index is a sequence number less 1.
  [[nodiscard]] const mailstore::MailboxSnapshot& messages() const { return *told_; }
  [[nodiscard]] Snapshot told() const { return told_; }  // the same, and it stays as it is
  [[nodiscard]] mailstore::IndexedMessage at(std::size_t index) const {
    return told_->at(static_cast<std::uint32_t>(index));
  }
  [[nodiscard]] const mailstore::IndexChunk::Row& row(std::size_t index) const {
    return told_->row(static_cast<std::uint32_t>(index));
  }
  [[nodiscard]] bool gone() const { return gone_; }
  [[nodiscard]] std::uint32_t count() const { return told_->count(); }
  [[nodiscard]] std::uint32_t largest_uid() const { return told_->last_uid().value; }

  // The sequence number of a UID, from 1; nothing when the client does not know it.
  [[nodiscard]] std::optional<std::uint32_t> sequence_of(Uid uid) const;
  // Some of the messages; chunks without any of them are not looked through.
  struct Only {
    ModSeq changed_after;
    std::optional<mailstore::Flag> with;
    [[nodiscard]] bool among(const mailstore::MailboxSnapshot::Slot& slot) const;
    [[nodiscard]] bool among(const mailstore::IndexChunk& chunk,
                             const mailstore::IndexChunk::Row& row) const;
  };
  // Indexes into messages() of a set; ascending. Numbers that do not exist are left out.
  [[nodiscard]] std::vector<std::size_t> select(const SequenceSet& set, bool by_uid,
                                                const Only& only = {}) const {
    return select(*told_, set, by_uid, only);
  }
  [[nodiscard]] static std::vector<std::size_t> select(const mailstore::MailboxSnapshot& messages,
                                                       const SequenceSet& set, bool by_uid,
                                                       const Only& only);
  // False: a sequence number is larger than the mailbox (a client's error); UIDs always are fine.
  [[nodiscard]] bool valid(const SequenceSet& set, bool by_uid) const;

  // Whether messages that the client knows are not in `newest` any more.
  [[nodiscard]] bool has_lost(const mailstore::MailboxSnapshot& newest) const;
  // What the client has to be told of changes; the view is brought forward.
  struct News {
    std::vector<std::uint32_t> expunged;  // sequence numbers, each as it is when its turn comes
    std::vector<Uid> vanished;
    bool exists = false;               // there are new ones
    std::vector<std::size_t> added;    // these: indexes into messages()
    std::vector<std::size_t> updated;  // and those whose flags are others
  };
  // `newest` is null when the mailbox is gone.
  [[nodiscard]] News apply(Snapshot newest);
  // The client is told of these messages' new flags by the command itself.
  void note(const std::vector<mailstore::Mailstore::FlagsUpdated::Part>& changed);

 private:
  AccountId account_;
  mailstore::MailboxInfo info_;
  bool read_only_;
  bool gone_ = false;
  Snapshot told_;  // shared with the mailstore and other sessions, until this one's own changes
};

}  // namespace freehold::imap
