#include "mailstore/check_account.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/bytes.hpp"
#include "mailstore/acl_record.hpp"
#include "mailstore/index_chunk.hpp"
#include "schema/store.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

using store::prefix_range;

class AccountCheck {
 public:
  AccountCheck(const store::Reader& reader, AccountId account, schema::AccountState state,
               Findings& findings)
      : reader_(reader), account_(account), state_(std::move(state)), findings_(findings) {}

  std::uint64_t run(const std::function<void()>& step) {
    read_index();
    read_expunged();
    check_placements();
    check_rows();
    check_shared();
    check_emails(step);
    check_hidden();
    check_extracts();
    check_annotations();
    check_mailboxes();
    check_rights();
    check_counters();
    for (const auto& at : mended_) {
      const auto key = keys::index(account_, at.first, at.second);
      auto& chunk = chunks_[at];
      if (chunk.empty()) {
        findings_.erase(key);
      } else {
        findings_.put(key, chunk.encode());
      }
    }
    return emails_;
  }

 private:
  using ChunkAt = std::pair<MailboxId, std::uint32_t>;
  struct Row {
    EmailId email;
    MailboxId mailbox;
    Uid uid;
    auto operator<=>(const Row&) const = default;
  };

  [[nodiscard]] std::string name(const char* what, std::uint64_t id) const {
    return "account " + std::to_string(account_.value) + ", " + what + " " + std::to_string(id);
  }

  void read_index() {
    reader_.scan(prefix_range(keys::indexes(account_)),
                 [this](std::string_view key, std::string_view value) {
                   const auto mailbox = keys::mailbox_of(key);
                   auto chunk = IndexChunk::decode(key, value);
                   for (const auto& row : chunk.rows()) rows_.insert({row.email, mailbox, row.uid});
                   chunks_[{mailbox, keys::chunk_of_index(key)}] = std::move(chunk);
                   return true;
                 });
  }

  void read_expunged() {
    reader_.scan(prefix_range(keys::expunged_of(account_)),
                 [this](std::string_view key, std::string_view value) {
                   const auto record = store::decode<schema::Expunged>(key, value);
                   const auto chunk = IndexChunk::decode(record.rows(), record.number());
                   for (const auto& row : chunk.rows())
                     expunged_.insert({row.email, MailboxId(record.mailbox()), row.uid});
                   return true;
                 });
  }

  // Whether any of `rows` is the email's.
  static bool holds(const std::set<Row>& rows, EmailId email) {
    const auto first = rows.lower_bound({email, MailboxId(), Uid()});
    return first != rows.end() && first->email == email;
  }

  IndexChunk& mend(MailboxId mailbox, Uid uid) {
    const ChunkAt at(mailbox, IndexChunk::number_of(uid));
    mended_.insert(at);
    return chunks_[at];
  }

  // A message whose row is lost comes back, unread: its flags were there.
  void check_placements() {
    reader_.scan(prefix_range(keys::placements_of(account_)), [this](std::string_view key,
                                                                     std::string_view value) {
      const Row row{keys::email_of(key), keys::mailbox_of_placement(key),
                    Uid(value.size() == 4 ? read_u32(value) : 0)};
      if (rows_.contains(row) || expunged_.contains(row)) return true;
      const auto email = store::read<schema::Email>(reader_, keys::email(account_, row.email));
      const auto& at = name("email", row.email.value);
      findings_.found(at + ": its entry in mailbox " + std::to_string(row.mailbox.value) +
                      " is missing");
      auto* chunk = email && row.uid ? &mend(row.mailbox, row.uid) : nullptr;
      if (chunk == nullptr || chunk->has(row.uid)) {
        findings_.erase(std::string(key));
        return true;
      }
      rows_.insert(row);
      const auto received = from_millis(email->received_at());
      chunk->insert({row.uid, row.email, ModSeq(state_.modseq()), email->size(), received, received,
                     ThreadId(email->thread())},
                    {});
      return true;
    });
  }

  void check_rows() {
    std::vector<Row> lost;
    for (const auto& row : rows_) {
      const auto email = store::read<schema::Email>(reader_, keys::email(account_, row.email));
      if (!email) {
        findings_.found(name("mailbox", row.mailbox.value) + ": the entry of UID " +
                        std::to_string(row.uid.value) + " leads to no email");
        mend(row.mailbox, row.uid).erase(IndexChunk::bit_of(row.uid));
        lost.push_back(row);
        continue;
      }
      check_row(row, *email);
    }
    for (const auto& row : lost) rows_.erase(row);
  }

  void check_row(const Row& row, const schema::Email& email) {
    const auto& chunk = chunks_[{row.mailbox, IndexChunk::number_of(row.uid)}];
    auto message = chunk.message(chunk.rank(row.uid));
    if (message.size != email.size()) {
      findings_.found(name("email", row.email.value) + ": its entry in mailbox " +
                      std::to_string(row.mailbox.value) + " differs from it");
      auto& mended = mend(row.mailbox, row.uid);
      const auto bit = IndexChunk::bit_of(row.uid);
      const bool shared = (mended.shared() & bit) != 0;
      mended.erase(bit);
      mended.insert({message.uid, message.email, message.modseq, email.size(), message.received_at,
                     message.saved_at, message.thread},
                    message.flags);
      if (shared) mended.share(row.uid);
    }
    std::string uid;
    append_u32(uid, row.uid.value);
    auto key = keys::placement(account_, row.email, row.mailbox);
    if (reader_.get(key) == uid) return;
    findings_.found(name("email", row.email.value) + ": its place in mailbox " +
                    std::to_string(row.mailbox.value) + " is not noted");
    findings_.put(std::move(key), std::move(uid));
  }

  void check_shared() {
    for (auto row = rows_.begin(); row != rows_.end(); ++row) {
      const auto next = std::next(row);
      const bool shared = (next != rows_.end() && next->email == row->email) ||
                          (row != rows_.begin() && std::prev(row)->email == row->email);
      if (!shared) continue;
      const auto& chunk = chunks_[{row->mailbox, IndexChunk::number_of(row->uid)}];
      if ((chunk.shared() & IndexChunk::bit_of(row->uid)) != 0) continue;
      findings_.found(name("email", row->email.value) + ": it is in several mailboxes, and " +
                      std::to_string(row->mailbox.value) + " does not know");
      mend(row->mailbox, row->uid).share(row->uid);
    }
  }

  void check_emails(const std::function<void()>& step) {
    reader_.scan(prefix_range(keys::emails(account_)),
                 [&](std::string_view key, std::string_view value) {
                   step();
                   const auto email = store::decode<schema::Email>(key, value);
                   const auto id = keys::email_of(key);
                   last_email_ = std::max(last_email_, id.value);
                   check_email(id, email);
                   if (holds(rows_, id)) {
                     ++emails_;
                     bytes_ += email.size();
                   } else if (holds(expunged_, id)) {
                     ++expunged_emails_;
                     expunged_bytes_ += email.size();
                   } else {
                     findings_.found(name("email", id.value) + ": it is in no mailbox");
                   }
                   return true;
                 });
  }

  void check_email(EmailId id, const schema::Email& email) {
    const auto hash = BlobHash::from(email.body());
    const auto owner = keys::owner(account_, id);
    if (!reader_.get(keys::content(account_, id)))
      findings_.found(name("email", id.value) + ": its parsed content is missing");
    check_body(id, email, store::read<schema::Body>(reader_, keys::body(hash)));
    if (!reader_.get(keys::body_link(hash, owner))) {
      findings_.found(name("email", id.value) + ": the link to its body is missing");
      findings_.put(keys::body_link(hash, owner), {});
    }
  }

  void check_body(EmailId id, schema::Email email, const std::optional<schema::Body>& body) {
    if (!body) {
      findings_.found(name("email", id.value) + ": its body is missing");
      return;
    }
    if (body->id().empty()) return;  // a broken record, which is told with the bodies
    if (email.size() != email.prefix().size() + body->size())
      findings_.found(name("email", id.value) + ": its size is not that of its body");
    const auto where = body->bulk() ? std::string() : body->id();
    if (email.body_id() == where) return;
    findings_.found(name("email", id.value) + ": it looks for its body in the wrong place");
    email.set_body_id(where);
    findings_.put(keys::email(account_, id), email.SerializeAsString());
  }

  // What is stored beside an email goes with it.
  void check_extracts() {
    for (const auto& prefix : {keys::envelopes(account_), keys::header_extracts(account_)}) {
      reader_.scan(prefix_range(prefix), [this](std::string_view key, std::string_view) {
        const auto id = keys::email_of(key);
        if (reader_.get(keys::email(account_, id))) return true;
        findings_.found(name("email", id.value) + ": an extract of it is left, but it is gone");
        findings_.erase(std::string(key));
        return true;
      });
    }
  }

  // What POP3 does not show has to be there.
  void check_hidden() {
    reader_.scan(prefix_range(keys::pop_hidden_of(account_)),
                 [this](std::string_view key, std::string_view) {
                   const auto id = keys::email_of(key);
                   if (reader_.get(keys::email(account_, id))) return true;
                   findings_.found(name("email", id.value) + ": hidden from POP3, but gone");
                   findings_.erase(std::string(key));
                   return true;
                 });
  }

  // Of a mailbox that is there, or of the account itself.
  void check_annotations() {
    reader_.scan(prefix_range(keys::annotations_of(account_)), [this](std::string_view key,
                                                                      std::string_view) {
      const auto box = keys::mailbox_of(key);
      if (!box || reader_.get(keys::mailbox(account_, box))) return true;
      findings_.found(name("mailbox", box.value) + ": it has an annotation but is missing itself");
      findings_.erase(std::string(key));
      return true;
    });
  }

  // What the messages of a mailbox add up to.
  struct Sum {
    std::uint64_t emails = 0, unseen = 0, deleted = 0, bytes = 0;
    std::uint32_t last_uid = 0;
  };

  [[nodiscard]] std::map<MailboxId, Sum> sums() const {
    std::map<MailboxId, Sum> all;
    for (const auto& [at, chunk] : chunks_) {
      if (chunk.empty()) continue;
      auto& sum = all[at.first];
      sum.emails += chunk.size();
      sum.unseen += static_cast<std::uint64_t>(std::popcount(chunk.present() & ~chunk.with(kSeen)));
      sum.deleted += static_cast<std::uint64_t>(std::popcount(chunk.with(kDeleted)));
      for (const auto& row : chunk.rows()) sum.bytes += row.size;
      sum.last_uid = std::max(sum.last_uid, chunk.rows().back().uid.value);
    }
    return all;
  }

  static void set_counters(schema::Mailbox& box, const Sum& sum) {
    box.set_emails(sum.emails);
    box.set_unseen(sum.unseen);
    box.set_deleted(sum.deleted);
    box.set_bytes(sum.bytes);
    box.set_uid_next(std::max(box.uid_next(), sum.last_uid + 1));
  }

  void check_mailboxes() {
    auto sums = this->sums();
    reader_.scan(prefix_range(keys::mailboxes(account_)),
                 [&](std::string_view key, std::string_view value) {
                   auto box = store::decode<schema::Mailbox>(key, value);
                   const auto id = keys::mailbox_of(key);
                   const auto sum = sums[id];
                   sums.erase(id);
                   if (box.emails() == sum.emails && box.unseen() == sum.unseen &&
                       box.deleted() == sum.deleted && box.bytes() == sum.bytes &&
                       box.uid_next() > sum.last_uid) {
                     return true;
                   }
                   findings_.found(name("mailbox", id.value) + ": its counters are wrong");
                   set_counters(box, sum);
                   findings_.put(std::string(key), box.SerializeAsString());
                   return true;
                 });
    for (const auto& [mailbox, sum] : sums) {
      findings_.found(name("mailbox", mailbox.value) + ": it has emails but is missing itself");
      schema::Mailbox box;
      box.set_name("Recovered " + std::to_string(mailbox.value));
      box.set_uid_validity(1);
      set_counters(box, sum);
      findings_.put(keys::mailbox(account_, mailbox), box.SerializeAsString());
    }
  }

  // Whoever is named in a list has to find the mailbox.
  void check_rights() {
    reader_.scan(prefix_range(keys::acls(account_)), [this](std::string_view key,
                                                            std::string_view value) {
      const auto id = keys::mailbox_of(key);
      const auto acl = acl_of(store::decode<schema::Acl>(key, value));
      if (!reader_.get(keys::mailbox(account_, id))) {
        findings_.found(name("mailbox", id.value) + ": it is gone, but has rights");
        findings_.erase(std::string(key));
        return true;
      }
      for (const auto& entry : acl) {
        auto granted = keys::granted(entry.who, account_, id);
        if (reader_.get(granted)) continue;
        findings_.found(name("mailbox", id.value) + ": somebody has rights and does not see it");
        findings_.put(std::move(granted), {});
      }
      return true;
    });
  }

  void check_counters() {
    if (state_.emails() == emails_ && state_.used_bytes() == bytes_ &&
        state_.expunged_emails() == expunged_emails_ &&
        state_.expunged_bytes() == expunged_bytes_ && state_.last_email() >= last_email_) {
      return;
    }
    const auto text = [](std::uint64_t emails, std::uint64_t bytes, std::uint64_t expunged,
                         std::uint64_t expunged_bytes) {
      return std::to_string(emails) + " emails of " + std::to_string(bytes) + " bytes and " +
             std::to_string(expunged) + " expunged of " + std::to_string(expunged_bytes);
    };
    findings_.found("account " + std::to_string(account_.value) + ": its counters say " +
                    text(state_.emails(), state_.used_bytes(), state_.expunged_emails(),
                         state_.expunged_bytes()) +
                    "; there are " + text(emails_, bytes_, expunged_emails_, expunged_bytes_));
    state_.set_emails(emails_);
    state_.set_used_bytes(bytes_);
    state_.set_expunged_emails(expunged_emails_);
    state_.set_expunged_bytes(expunged_bytes_);
    state_.set_last_email(std::max(state_.last_email(), last_email_));
    findings_.put(keys::account_state(account_), state_.SerializeAsString());
  }

  const store::Reader& reader_;
  const AccountId account_;
  schema::AccountState state_;
  Findings& findings_;
  std::map<ChunkAt, IndexChunk> chunks_;
  std::set<ChunkAt> mended_;
  std::set<Row> rows_;
  std::set<Row> expunged_;
  std::uint64_t emails_ = 0, bytes_ = 0, last_email_ = 0;
  std::uint64_t expunged_emails_ = 0, expunged_bytes_ = 0;
};

}  // namespace

std::uint64_t check_account(const store::Reader& reader, AccountId account,
                            schema::AccountState state, Findings& findings,
                            const std::function<void()>& step) {
  return AccountCheck(reader, account, std::move(state), findings).run(step);
}

}  // namespace freehold::mailstore
