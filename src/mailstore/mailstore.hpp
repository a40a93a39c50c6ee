#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
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
#include "mailstore/annotations.hpp"
#include "mailstore/flags.hpp"
#include "mailstore/mailbox_snapshot.hpp"
#include "mailstore/message.hpp"
#include "mailstore/rights.hpp"
#include "mailstore/undelete.hpp"
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

struct Usage {
  std::uint64_t bytes = 0;
  std::uint64_t emails = 0;
  std::uint64_t expunged_bytes = 0;  // what can be restored: not in the other two
  std::uint64_t expunged_emails = 0;
};

constexpr char kPathSeparator = '/';
// The first parts of the names under which a protocol shows others' mailboxes; nobody's own mailbox
// has such a name.
constexpr std::string_view kOtherUsers = "Other Users";
constexpr std::string_view kShared = "Shared";

// The accounts' mail. Owned by the wiring, used from every thread. Changes to one account are made
// one after the other, many at once per commit; each returns after it is durable. Reads see the
// newest committed state. Problem kinds: not_found, exists, denied (over quota, a mailbox that has
// to stay), conflict, unavailable (disk low or failing).
class Mailstore {
 public:
  // How long what was expunged can be restored; 0: it goes at once.
  static constexpr std::chrono::days kUsuallyKept{14};

  Mailstore(store::Engine& engine, Pool& pool, const Clock& clock,
            std::chrono::days keep_expunged = kUsuallyKept);
  ~Mailstore();

  [[nodiscard]] store::Engine& engine() const;
  [[nodiscard]] Pool& pool() const;
  [[nodiscard]] const Clock& clock() const;

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
  // What the mailbox is for from now on; empty: nothing special. One mailbox per role, and the
  // inbox's stays.
  awaitable<Result<>> set_role(AccountId account, MailboxId mailbox, std::string role);

  // What clients keep about a mailbox, or about the account itself (mailbox 0); by entry. It lives
  // as long as the mailbox does, whatever that is called.
  [[nodiscard]] std::vector<Annotation> annotations(AccountId account, MailboxId mailbox) const;
  // Sets and removes, all or nothing; `denied`: there would be more than an account may have.
  awaitable<Result<>> annotate(AccountId account, MailboxId mailbox,
                               std::vector<AnnotationChange> changes);

  // What others than the owner may do in a mailbox (RFC 4314). A new mailbox has its parent's list;
  // it goes with the mailbox, and stays when that gets another name.
  [[nodiscard]] Acl acl(AccountId account, MailboxId mailbox) const;
  [[nodiscard]] std::map<MailboxId, Acl> acls(AccountId account) const;  // that are not empty
  using AclEdit = std::function<Result<>(Acl&)>;                         // may run several times
  awaitable<Result<>> change_acl(AccountId account, MailboxId mailbox, AclEdit edit);
  // The mailboxes whose lists name an account or a group; 0: everybody.
  [[nodiscard]] std::vector<OwnedMailbox> mailboxes_naming(AccountId who) const;
  // Subscriptions to others' mailboxes; some of them may be gone.
  [[nodiscard]] std::vector<OwnedMailbox> subscriptions(AccountId by) const;  // sorted
  awaitable<Result<>> set_subscribed(AccountId by, OwnedMailbox to, bool subscribed);

  // Putting mail in.
  struct Append {
    MailboxId mailbox;  // 0: the one of that role
    std::string_view role = "inbox";
    Flags flags;
    std::optional<Time> received_at;  // nothing: now
    std::string prefix;               // header fields of this recipient alone, CRLF-terminated
    std::uint64_t quota_bytes = 0;    // of the account; 0: unlimited
    // A message that goes in the same change (RFC 8508); gone already: not_found.
    struct Replaced {
      MailboxId mailbox;
      Uid uid;
    };
    std::optional<Replaced> replaces = {};
  };
  struct Appended {
    EmailId email;
    UidValidity uid_validity;
    Uid uid;
  };
  awaitable<Result<Appended>> append(AccountId account, std::shared_ptr<const Message> message,
                                     Append how);
  // All of them or none, in their order.
  struct Incoming {
    std::shared_ptr<const Message> message;
    Append how;
  };
  awaitable<Result<std::vector<Appended>>> append(AccountId account,
                                                  std::vector<Incoming> messages);
  [[nodiscard]] Usage usage(AccountId account) const;

  // IMAP's view: the mailbox as it is now; null: there is none. Shared by all who ask, and kept in
  // memory for a while.
  [[nodiscard]] std::shared_ptr<const MailboxSnapshot> snapshot(AccountId account,
                                                                MailboxId mailbox) const;
  // The same in the pool when much has to be read first.
  awaitable<std::shared_ptr<const MailboxSnapshot>> open_snapshot(AccountId account,
                                                                  MailboxId mailbox);
  // The email under a UID.
  [[nodiscard]] std::optional<EmailId> email_at(AccountId account, MailboxId mailbox,
                                                Uid uid) const;
  // UIDs of what left a mailbox after a modseq, ascending (RFC 7162, 3.2.10).
  [[nodiscard]] std::vector<Uid> removed_since(AccountId account, MailboxId mailbox,
                                               ModSeq since) const;
  // The mailboxes that an email is in.
  [[nodiscard]] std::vector<MailboxId> places_of(AccountId account, EmailId email) const;
  [[nodiscard]] ModSeq modseq(AccountId account) const;

  struct FlagUpdate {
    FlagChange how = FlagChange::replace;
    Flags flags;
    std::optional<ModSeq> unchanged_since;  // RFC 7162, 3.1.3
    FlagMask may = {};                      // others are passed over
  };
  struct FlagsUpdated {
    // The messages `which` of a chunk of the index; the chunk is as it is now.
    struct Part {
      MailboxSnapshot::ChunkPtr chunk;
      IndexChunk::Bits which = 0;
    };
    std::vector<Part> messages;  // by UID
    std::vector<Uid> modified;   // not touched: changed after unchanged_since
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
  // Copies messages to where somebody else owns them, or may not have their flags changed by
  // whoever copies: each becomes an email of its own with the same body. Only flags in `may` come
  // along.
  awaitable<Result<Copied>> copy_apart(OwnedMailbox from, std::vector<Uid> uids, OwnedMailbox to,
                                       FlagMask may, std::uint64_t quota_bytes);
  // Removes messages flagged \Deleted: all of them, or those among `only`. Returns what went. They
  // are stored until they are purged, apart from the quota.
  awaitable<Result<std::vector<Uid>>> expunge(AccountId account, MailboxId mailbox,
                                              std::optional<std::vector<Uid>> only);

  // What was expunged and can be restored, the last first. Reads the parsed content of each:
  // blocks, so call it in a pool.
  [[nodiscard]] std::vector<ExpungedMessage> expunged(AccountId account,
                                                      const ExpungedFilter& filter,
                                                      std::size_t most) const;
  // Puts it back into the mailboxes that it was in, which are made anew where they are gone; how
  // many messages came. Flags (but \Deleted), thread and received date are as they were. The quota
  // is not asked: the owner has decided. What has come when it ends with a Problem stays.
  awaitable<Result<std::uint64_t>> restore_expunged(AccountId account, ExpungedFilter filter);
  [[nodiscard]] std::chrono::days keep_expunged() const;
  // Removes for good what was expunged before a moment, at most `most` records (of up to 64
  // messages) at one call; how many there were.
  awaitable<Result<std::size_t>> purge_expunged(AccountId account, Time before, std::size_t most);

  // Takes messages out of a mailbox, whatever their flags are; those that are gone already are no
  // error. What has gone when it ends with a Problem stays gone: many go in several changes.
  awaitable<Result<>> remove(AccountId account, MailboxId mailbox, std::vector<Uid> uids);

  // POP3's view of the inbox leaves these out: deleted there, where the account only hides.
  [[nodiscard]] std::vector<EmailId> hidden_from_pop(AccountId account) const;  // sorted
  awaitable<Result<>> hide_from_pop(AccountId account, MailboxId mailbox, std::vector<Uid> uids);

  // What is stored ready for lists of messages: ENVELOPE as IMAP writes it, or a HeaderExtract's
  // record; nothing where there is none (then it has to be made of the content).
  enum class Extract { envelope, header };
  [[nodiscard]] std::vector<std::optional<std::string>> extracts(
      AccountId account, Extract what, std::span<const EmailId> emails) const;
  // A message's parts.
  [[nodiscard]] std::optional<schema::Content> content(AccountId account, EmailId email) const;
  struct Opened {
    std::string prefix;
    store::BodyReader body;
  };
  [[nodiscard]] std::optional<Opened> open(AccountId account, EmailId email) const;
  // Whole messages, many at once. Nothing: it is gone, or so large that it is read in pieces.
  struct Whole {
    std::string prefix, body;
  };
  [[nodiscard]] std::vector<std::optional<Whole>> whole(AccountId account,
                                                        std::span<const EmailId> emails) const;

  // Calls `wake` (from any thread, quickly) after each change of the account's mail until the Watch
  // is destroyed. The destructor waits for a call that is under way.
  class Watch {
   public:
    virtual ~Watch() = default;
  };
  [[nodiscard]] std::unique_ptr<Watch> watch(AccountId account, std::function<void()> wake);
  // The same for all accounts.
  [[nodiscard]] std::unique_ptr<Watch> watch_all(std::function<void(AccountId)> wake);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::mailstore
