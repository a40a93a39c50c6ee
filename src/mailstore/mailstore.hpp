#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/pool.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "mailstore/flags.hpp"
#include "mailstore/message.hpp"
#include "store/engine.hpp"

namespace freehold::schema {
class Content;
}

namespace freehold::mailstore {

struct MailboxInfo {
  MailboxId id;
  MailboxId parent;
  std::string path;  // UTF-8, parts separated by '/'; "INBOX" for the inbox
  std::string role;  // RFC 8621: "inbox", "drafts", "sent", "trash", "junk", "archive"; or empty
  UidValidity uid_validity;
  Uid uid_next;
  ModSeq highest_modseq;
  std::uint64_t emails = 0;
  std::uint64_t unseen = 0;
  std::uint64_t deleted = 0;
  std::uint64_t bytes = 0;
  bool subscribed = true;
  bool has_children = false;
};

// A message as IMAP sees it in one mailbox.
struct IndexedMessage {
  Uid uid;
  EmailId email;
  ModSeq modseq;
  std::uint64_t size = 0;
  Time received_at;
  Flags flags;
};

// What happened in a mailbox between two modseqs.
struct MailboxChanges {
  ModSeq upto;                          // the state that these lead to
  std::vector<IndexedMessage> changed;  // new and updated, as they are now, by UID
  std::vector<Uid> vanished;            // by UID
  bool gone = false;                    // the mailbox itself was deleted
};

struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t emails = 0;
};

constexpr char kPathSeparator = '/';

// The accounts' mail. Owned by the wiring, used from every thread. Changes to one account are made
// one after the other, many at once per commit; each returns after it is durable. Reads see the
// newest committed state. Problem kinds: not_found, exists, denied (over quota, a mailbox that has
// to stay), conflict, unavailable (disk low or failing).
class Mailstore {
 public:
  Mailstore(store::Engine& engine, Pool& pool, const Clock& clock);
  ~Mailstore();

  [[nodiscard]] store::Engine& engine() const;
  [[nodiscard]] Pool& pool() const;

  // Makes INBOX, Drafts, Sent, Archive, Junk and Trash where they are not there yet.
  awaitable<Result<>> create_default_mailboxes(AccountId account);
  // Removes all mail of an account, for good.
  awaitable<Result<>> erase_account(AccountId account);

  // Mailboxes.
  [[nodiscard]] std::vector<MailboxInfo> mailboxes(
      AccountId account) const;  // parents before children, by path
  [[nodiscard]] std::optional<MailboxInfo> mailbox(AccountId account, std::string_view path) const;
  [[nodiscard]] std::optional<MailboxInfo> mailbox(AccountId account, MailboxId id) const;
  // Makes missing parents too. Names: 1 to 255 octets a part, no control characters, a depth of 20.
  awaitable<Result<MailboxId>> create_mailbox(AccountId account, std::string path,
                                              std::string role = {});
  // Renaming INBOX moves its mail to the new name (RFC 9051, 6.3.6).
  awaitable<Result<>> rename_mailbox(AccountId account, std::string from, std::string to);
  // With all mail in it; refused for INBOX and for a mailbox with children.
  awaitable<Result<>> delete_mailbox(AccountId account, std::string path);
  awaitable<Result<>> set_subscribed(AccountId account, std::string path, bool subscribed);

  // Putting mail in.
  struct Append {
    MailboxId mailbox;  // 0: the one of that role
    std::string_view role = "inbox";
    Flags flags;
    std::optional<Time> received_at;  // nothing: now
    std::string prefix;               // header fields of this recipient alone, CRLF-terminated
    std::uint64_t quota_bytes = 0;    // of the account; 0: unlimited
  };
  struct Appended {
    EmailId email;
    UidValidity uid_validity;
    Uid uid;
  };
  awaitable<Result<Appended>> append(AccountId account, std::shared_ptr<const Message> message,
                                     Append how);
  [[nodiscard]] Usage usage(AccountId account) const;

  // IMAP's view.
  [[nodiscard]] std::vector<IndexedMessage> index(AccountId account, MailboxId mailbox,
                                                  ModSeq& upto) const;
  [[nodiscard]] MailboxChanges changes(AccountId account, MailboxId mailbox, ModSeq since) const;
  [[nodiscard]] ModSeq modseq(AccountId account) const;

  struct FlagUpdate {
    FlagChange how = FlagChange::replace;
    Flags flags;
    std::optional<ModSeq> unchanged_since;  // RFC 7162, 3.1.3
  };
  struct FlagsUpdated {
    std::vector<IndexedMessage> changed;  // as they are now
    std::vector<Uid> modified;            // not touched: changed after unchanged_since
  };
  awaitable<Result<FlagsUpdated>> update_flags(AccountId account, MailboxId mailbox,
                                               std::vector<Uid> uids, FlagUpdate update);

  struct Copied {
    UidValidity uid_validity;
    std::vector<Uid> from;  // pairwise; messages that were gone are left out
    std::vector<Uid> to;
  };
  awaitable<Result<Copied>> copy(AccountId account, MailboxId from, std::vector<Uid> uids,
                                 MailboxId to, std::uint64_t quota_bytes);
  awaitable<Result<Copied>> move(AccountId account, MailboxId from, std::vector<Uid> uids,
                                 MailboxId to);
  // Removes messages flagged \Deleted: all of them, or those among `only`. Returns what went.
  awaitable<Result<std::vector<Uid>>> expunge(AccountId account, MailboxId mailbox,
                                              std::optional<std::vector<Uid>> only);

  // A message's parts.
  [[nodiscard]] std::optional<schema::Content> content(AccountId account, EmailId email) const;
  struct Opened {
    std::string prefix;
    store::BodyReader body;
  };
  [[nodiscard]] std::optional<Opened> open(AccountId account, EmailId email) const;

  // Calls `wake` (from any thread, quickly) after each change of the account's mail until the Watch
  // is destroyed. The destructor waits for a call that is under way.
  class Watch {
   public:
    virtual ~Watch() = default;
  };
  [[nodiscard]] std::unique_ptr<Watch> watch(AccountId account, std::function<void()> wake);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::mailstore
