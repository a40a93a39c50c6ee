#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mailstore/mailstore.hpp"

namespace freehold::pop3 {

// The inbox as it is at login: what a session numbers and lists, whatever comes or goes meanwhile.
// Owned by the session. Deletions are marks until the session's end (RFC 1939, 6).
class Maildrop {
 public:
  struct Message {
    Uid uid;
    EmailId email;
    std::uint64_t size = 0;
    bool deleted = false;
  };

  Maildrop() = default;
  // Without those that are hidden from POP3.
  Maildrop(const mailstore::Mailstore& store, AccountId account,
           const mailstore::MailboxInfo& inbox);

  [[nodiscard]] MailboxId mailbox() const { return mailbox_; }
  // Numbered from 1; null: there is none of that number, or it is marked.
  [[nodiscard]] Message* find(std::uint64_t number);
  [[nodiscard]] const std::vector<Message>& all() const { return messages_; }
  // Of those without a mark.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  // The same as long as the message is, and of no other message of this name's accounts, ever: an
  // account that is made anew has another UIDVALIDITY.
  [[nodiscard]] std::string unique_id(const Message& message) const;

  void mark(Message& message);
  void clear_marks();
  [[nodiscard]] std::vector<Uid> marked() const;

 private:
  MailboxId mailbox_;
  UidValidity validity_;
  std::vector<Message> messages_;
  std::uint64_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace freehold::pop3
