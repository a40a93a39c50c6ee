#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"

// Every key of the store, in one place. A key is one letter for its table, then fixed-width
// big-endian numbers (so that the order of the bytes is the order of the numbers), then at most one
// text, last. The values are records of schema/*.proto, named behind each table, unless said
// otherwise.
namespace freehold::store::keys {

// What the keys of one account in one table begin with: the letter and the account.
inline constexpr std::size_t kTableAndAccount = 9;

enum class Table : char {
  format = 'V',   //                                StoreFormat
  counter = 'X',  // name                           8 bytes: the next free number
  secret = 'Z',   // name                           raw bytes made once (keys of keyed hashes)
  domain = 'D',   // domain name                    Domain
  account = 'A',  // AccountId                      Account
  address = 'N',  // local part "@" domain, or "@" domain for the catch-all      Address
  relay = 'R',    // domain name, or empty for the default                       Relay
  account_state =
      'S',  // AccountId                      AccountState: the counters that every change moves
  mailbox = 'm',   // AccountId MailboxId            Mailbox
  email = 'e',     // AccountId EmailId              Email: its body, size, thread
  content = 'p',   // AccountId EmailId              Content: what never changes (parsed message)
  envelope = 's',  // AccountId EmailId              IMAP's ENVELOPE, as text
  header_extract = '3',  // AccountId EmailId         mailstore::HeaderExtract
  placement = 'i',       // AccountId EmailId MailboxId    4 bytes: its UID there, or its last one
  index = 'u',           // AccountId MailboxId Uid / 64   IndexChunk: IMAP's view
  expunged = 'H',        // AccountId ModSeq Number        Expunged: can be restored
  change = 'c',          // AccountId ModSeq               Change: the change log
  thread = 't',          // AccountId Hash64 of a message id                            ThreadLink
  body = 'b',            // BlobHash                       Body
  body_link = 'l',       // BlobHash, 'e' AccountId EmailId | 'q' QueueId               empty
  unlinked = 'g',  // BlobHash                       8 random bytes: lost a link, perhaps its last
  bulk_pending = 'h',  // Body.id                        empty: pieces that no Body names yet
  body_piece = 'B',    // Body.id PieceNumber            a body up to 256 KiB, packed (packing.hpp)
  bulk_piece = 'C',    // Body.id PieceNumber            bytes of a larger body
  queued = 'q',        // QueueId                        QueuedMessage
  recipient = 'r',     // QueueId RecipientNumber        QueuedRecipient
  due = 'w',           // Time QueueId RecipientNumber   empty: when the next attempt is due
  domain_keys = 'k',   // domain name                    DomainKeys: of DKIM
  sts_policy = 'T',    // domain name                    StsEntry: a policy of RFC 8461, cached
  known_tls = 'K',     // domain name                    KnownTls: what mail to it was sent over
  tls_result = 'J',    // Day, policy domain             TlsResults: for the report of RFC 8460
  tls_reported = 'j',  // Day, 8 bytes of a hash         TlsReportSummary: a report that came
  dmarc_result = 'Y',  // Day, domain 0 32-byte hash     DmarcRow: for the report of RFC 9990
  dmarc_domain = 'W',  // Day, domain name               DmarcDomain: its policy, and rows so far
  dmarc_reported = 'y',     // Day, 8 bytes of a hash       DmarcReportSummary: a report that came
  complaint = 'd',          // Day, 8 bytes of a hash       Complaint: of our mail
  audit = 'a',              // Time, 8 random bytes      AuditEntry: written, never changed
  app_password = 'P',       // AccountId Number          AppPassword
  totp = 'O',               // AccountId                 Totp
  ban = 'n',                // address of a prefix       Ban: bytes, 4 or 16
  sending = 'Q',            // AccountId                 Sending: what it has sent lately
  known_recipient = 'v',    // AccountId Hash64          4 bytes: the Day of the last message to it
  filter_base = 'F',        // empty                     FilterBase: the model that all share
  filter_delta = 'f',       // AccountId                 FilterDelta: what the account taught
  filter_learned = 'L',     // AccountId BlobHash        FilterLearned: what a message was taught as
  filter_reputation = 'o',  // kind, identity            FilterReputation
  filter_triplet = 'G',     // 16 bytes of a hash        FilterTriplet: greylisting
  filter_rule = 'E',        // scope, its id 0 pattern   FilterRule: allow and block lists
  filter_sent = 'z',     // AccountId Hash64          4 bytes: the Day a message of that id was sent
  filter_contact = '2',  // AccountId kind text      4 bytes: the Day the account wrote to that
                         // domain ('d') or name ('n')
  lesson = 'x',  // AccountId EmailId       one byte, mailstore::Lesson: what its owner did with it
  pop_hidden = 'U',  // AccountId EmailId   empty: deleted over POP3, which only hides it there
  acl = 'M',         // AccountId MailboxId Acl: what others may do in it
  granted = 'I',  // AccountId AccountId MailboxId   empty: the first, or 0 for anyone, is named in
                  // the Acl of that mailbox of the second
  subscribed = '4',  // AccountId AccountId MailboxId   empty: the first to a mailbox of the second
  annotation = '1',  // AccountId MailboxId (0: the account's own) entry name        Annotation
};

[[nodiscard]] std::string table(Table t);  // the prefix of all its keys

[[nodiscard]] std::string format();
[[nodiscard]] std::string counter(std::string_view name);
[[nodiscard]] std::string secret(std::string_view name);

[[nodiscard]] std::string domain(std::string_view name);
[[nodiscard]] std::string account(AccountId id);
[[nodiscard]] std::string address(std::string_view canonical);
[[nodiscard]] std::string relay(std::string_view domain);

[[nodiscard]] std::string account_state(AccountId account);
[[nodiscard]] std::string mailbox(AccountId account, MailboxId mailbox);
[[nodiscard]] std::string mailboxes(AccountId account);  // prefix
[[nodiscard]] std::string email(AccountId account, EmailId email);
[[nodiscard]] std::string emails(AccountId account);  // prefix
[[nodiscard]] std::string content(AccountId account, EmailId email);
[[nodiscard]] std::string contents(AccountId account);  // prefix
[[nodiscard]] std::string envelope(AccountId account, EmailId email);
[[nodiscard]] std::string envelopes(AccountId account);  // prefix
[[nodiscard]] std::string header_extract(AccountId account, EmailId email);
[[nodiscard]] std::string header_extracts(AccountId account);  // prefix
[[nodiscard]] std::string placement(AccountId account, EmailId email, MailboxId mailbox);
[[nodiscard]] std::string placements(AccountId account, EmailId email);  // prefix
[[nodiscard]] std::string placements_of(AccountId account);              // prefix
[[nodiscard]] std::string index(AccountId account, MailboxId mailbox, std::uint32_t chunk);
[[nodiscard]] std::string index_of(AccountId account, MailboxId mailbox);  // prefix
[[nodiscard]] std::string indexes(AccountId account);                      // prefix
[[nodiscard]] std::string expunged(AccountId account, ModSeq modseq, std::uint32_t number);
[[nodiscard]] std::string expunged_of(AccountId account);  // prefix
[[nodiscard]] std::string change(AccountId account, ModSeq modseq);
[[nodiscard]] std::string changes(AccountId account);  // prefix
[[nodiscard]] std::string thread(AccountId account, std::uint64_t message_id_hash);
[[nodiscard]] std::string threads(AccountId account);  // prefix

[[nodiscard]] std::string body(const BlobHash& hash);
[[nodiscard]] std::string body_link(const BlobHash& hash, std::string_view owner);
[[nodiscard]] std::string body_links(const BlobHash& hash);  // prefix
[[nodiscard]] std::string unlinked(const BlobHash& hash);
[[nodiscard]] std::string bulk_pending(std::string_view body_id);
[[nodiscard]] std::string owner(AccountId account, EmailId email);
[[nodiscard]] std::string owner(QueueId queued);
[[nodiscard]] std::string piece(Table pieces, std::string_view id, std::uint32_t number);
[[nodiscard]] std::string pieces(Table pieces, std::string_view id);  // prefix

[[nodiscard]] std::string queued(QueueId id);
[[nodiscard]] std::string recipient(QueueId id, std::uint32_t number);
[[nodiscard]] std::string recipients(QueueId id);  // prefix
[[nodiscard]] std::string due(Time when, QueueId id, std::uint32_t number);

// A day of the world's clock, in UTC: whole days since 1970.
using Day = std::chrono::sys_days;
[[nodiscard]] std::string domain_keys(std::string_view domain);
[[nodiscard]] std::string sts_policy(std::string_view domain);
[[nodiscard]] std::string known_tls(std::string_view domain);
// Of the tables that begin with a Day; `rest` may be empty for the prefix of all of that day.
[[nodiscard]] std::string of_day(Table t, Day day, std::string_view rest = {});

[[nodiscard]] std::string audit(Time when, std::uint64_t distinction);
[[nodiscard]] std::string app_password(AccountId account, std::uint64_t number);
[[nodiscard]] std::string app_passwords(AccountId account);  // prefix
[[nodiscard]] std::string totp(AccountId account);
[[nodiscard]] std::string ban(std::string_view address_bytes);
[[nodiscard]] std::string sending(AccountId account);
[[nodiscard]] std::string known_recipient(AccountId account, std::uint64_t address_hash);
[[nodiscard]] std::string known_recipients(AccountId account);  // prefix
[[nodiscard]] std::string filter_base();
[[nodiscard]] std::string filter_delta(AccountId account);
[[nodiscard]] std::string filter_learned(AccountId account, const BlobHash& message);
[[nodiscard]] std::string filter_learned_of(AccountId account);  // prefix
// Identities of one kind; `of` is set for those that are an account's own.
[[nodiscard]] std::string filter_reputation(char kind, AccountId of, std::string_view identity);
[[nodiscard]] std::string filter_triplet(std::string_view hash);
// `id` (an account's number, a domain, nothing) has no NUL in it.
[[nodiscard]] std::string filter_rule(char scope, std::string_view id, std::string_view pattern);
[[nodiscard]] std::string filter_sent(AccountId account, std::uint64_t message_id_hash);
[[nodiscard]] std::string filter_sent_of(AccountId account);  // prefix
[[nodiscard]] std::string filter_contact(AccountId account, char kind, std::string_view text);
[[nodiscard]] std::string filter_contacts(AccountId account);  // prefix
[[nodiscard]] std::string lesson(AccountId account, EmailId email);
[[nodiscard]] std::string lessons(AccountId account);  // prefix
[[nodiscard]] std::string pop_hidden(AccountId account, EmailId email);
[[nodiscard]] std::string pop_hidden_of(AccountId account);  // prefix
[[nodiscard]] std::string acl(AccountId account, MailboxId mailbox);
[[nodiscard]] std::string acls(AccountId account);  // prefix
[[nodiscard]] std::string granted(AccountId to, AccountId owner, MailboxId mailbox);
[[nodiscard]] std::string granted_to(AccountId to);  // prefix
[[nodiscard]] std::string subscribed(AccountId by, AccountId owner, MailboxId mailbox);
[[nodiscard]] std::string subscribed_by(AccountId by);  // prefix
[[nodiscard]] std::string annotation(AccountId account, MailboxId mailbox, std::string_view entry);
[[nodiscard]] std::string annotations(AccountId account, MailboxId mailbox);  // prefix
[[nodiscard]] std::string annotations_of(AccountId account);                  // prefix

// The numbers at the end of keys of a known table.
[[nodiscard]] Day day_of(std::string_view key);  // keys of of_day
[[nodiscard]] std::string_view rest_of_day(std::string_view key);
[[nodiscard]] std::uint32_t chunk_of_index(std::string_view key);
[[nodiscard]] MailboxId mailbox_of_placement(std::string_view key);
[[nodiscard]] MailboxId mailbox_of(
    std::string_view key);  // keys of mailbox, index, acl and annotation
[[nodiscard]] std::string_view entry_of_annotation(std::string_view key);
[[nodiscard]] std::string_view text_of_contact(std::string_view key);  // its kind in front
// The second account and the mailbox of keys of granted and subscribed.
[[nodiscard]] AccountId owner_of(std::string_view key);
[[nodiscard]] MailboxId mailbox_of_owner(std::string_view key);
[[nodiscard]] AccountId account_of(
    std::string_view key);  // every key that begins with an AccountId
[[nodiscard]] EmailId email_of(
    std::string_view
        key);  // keys of email, content, envelope, header_extract, placement, lesson and pop_hidden
[[nodiscard]] ModSeq modseq_of_change(std::string_view key);
[[nodiscard]] QueueId queue_id_of(std::string_view key);  // keys of queued and recipient
[[nodiscard]] std::uint32_t number_of_recipient(std::string_view key);
[[nodiscard]] Time time_of_audit(std::string_view key);
[[nodiscard]] std::uint64_t number_of_app_password(std::string_view key);
[[nodiscard]] std::uint64_t hash_of_known_recipient(std::string_view key);
struct Due {
  Time when;
  QueueId id;
  std::uint32_t number = 0;
};
[[nodiscard]] Due due_of(std::string_view key);

}  // namespace freehold::store::keys
