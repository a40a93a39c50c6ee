#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "mailstore/flags.hpp"
#include "schema/mailstore.pb.h"
#include "store/transaction.hpp"

namespace freehold::mailstore {

// One change of one account's mail: reads records, keeps the counters right, and writes counters
// and change log at its finish(). Everything that touches an email goes through here, so that
// email, index, counters, links and log always agree. Lives within one Lane::Change.
class AccountChange {
 public:
  AccountChange(store::Transaction& tx, AccountId account);

  [[nodiscard]] schema::AccountState& state() { return state_; }
  [[nodiscard]] ModSeq modseq() const { return modseq_; }  // of this change
  [[nodiscard]] AccountId account() const { return account_; }
  [[nodiscard]] store::Transaction& tx() { return tx_; }

  // Null: there is none. The pointer is good until finish().
  [[nodiscard]] schema::Mailbox* mailbox(MailboxId id);
  MailboxId create_mailbox(schema::Mailbox record, Time now);
  void touch_mailbox(MailboxId id);  // its name, parent or subscription was changed
  void erase_mailbox(MailboxId id);  // an empty one

  [[nodiscard]] std::optional<schema::Email> email(EmailId id) const;
  [[nodiscard]] std::optional<schema::IndexEntry> index(MailboxId mailbox, Uid uid) const;

  // A new email without a place; its size counts from now on.
  EmailId create_email(schema::Email& record);
  // Puts the email into a mailbox under a new UID. Call save() after.
  Uid place(schema::Email& record, EmailId id, MailboxId mailbox, bool deleted);
  // Takes it out of a mailbox; the email itself goes with its last place. Call save() after.
  void displace(schema::Email& record, EmailId id, MailboxId mailbox, Uid uid);
  // Gives it other flags everywhere; \Deleted changes in `mailbox` only. False: they are the same.
  // Call save() after.
  bool set_flags(schema::Email& record, EmailId id, MailboxId mailbox, Uid uid, const Flags& flags);
  // Writes the email, or removes it when it has no place left.
  void save(schema::Email& record, EmailId id);

  void finish();

 private:
  struct CachedMailbox {
    std::optional<schema::Mailbox> record;
    bool changed = false;
    bool logged = false;
  };
  CachedMailbox& cached(MailboxId id);
  void put_index(const schema::Email& record, EmailId id, const schema::Placement& place);
  void count(schema::Mailbox& box, const schema::Email& record, bool deleted, int direction);
  schema::Change::EmailChange& logged(EmailId id, const schema::Email& record);

  store::Transaction& tx_;
  AccountId account_;
  schema::AccountState state_;
  ModSeq modseq_;
  std::map<MailboxId, CachedMailbox> mailboxes_;
  schema::Change log_;
  std::map<EmailId, int> log_places_;  // where in log_.emails an email is
};

[[nodiscard]] Flags flags_of(const schema::Email& record, bool deleted);
[[nodiscard]] Flags flags_of(const schema::IndexEntry& entry);

}  // namespace freehold::mailstore
