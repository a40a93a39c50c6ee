#include "mailstore/check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "mailstore/flags.hpp"
#include "schema/mailstore.pb.h"
#include "schema/queue.pb.h"
#include "schema/store.pb.h"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

using store::prefix_range;

BlobHash hash_of(const std::string& bytes) {
  BlobHash hash;
  std::copy_n(bytes.begin(), std::min(bytes.size(), hash.bytes.size()), hash.bytes.begin());
  return hash;
}

std::uint64_t count(const store::Reader& reader, keys::Table table) {
  std::uint64_t n = 0;
  reader.scan(prefix_range(keys::table(table)), [&n](auto, auto) {
    ++n;
    return true;
  });
  return n;
}

class Checker {
 public:
  Checker(store::Engine& engine, bool repair,
          const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      : engine_(engine), repair_(repair), progress_(progress), snapshot_(engine.snapshot()) {}

  CheckReport run() {
    all_ = count(*snapshot_, keys::Table::email) + count(*snapshot_, keys::Table::body);
    snapshot_->scan(prefix_range(keys::table(keys::Table::account_state)),
                    [this](std::string_view key, std::string_view value) {
                      ++report_.accounts;
                      account(keys::account_of(key),
                              store::decode<schema::AccountState>(key, value));
                      return true;
                    });
    queue();
    bodies();
    if (repair_ && !mended_.empty()) {
      if (engine_.commit_blocking(std::move(mended_))) report_.repaired = mends_;
    }
    return std::move(report_);
  }

 private:
  void found(std::string what) {
    if (report_.findings.size() < kMostFindings)
      report_.findings.push_back(std::move(what));
    else
      ++report_.more_findings;
  }
  void mend_put(std::string key, std::string value) {
    if (!repair_) return;
    mended_.put(std::move(key), std::move(value));
    ++mends_;
  }
  void mend_erase(std::string key) {
    if (!repair_) return;
    mended_.erase(std::move(key));
    ++mends_;
  }
  void step() {
    if (progress_ && ++done_ % 256 == 0) progress_(done_, all_);
  }
  static std::string name(AccountId account, const char* what, std::uint64_t id) {
    return "account " + std::to_string(account.value) + ", " + what + " " + std::to_string(id);
  }

  // What the emails of a mailbox add up to.
  struct Sum {
    std::uint64_t emails = 0, unseen = 0, deleted = 0, bytes = 0;
    std::uint32_t last_uid = 0;
  };

  void account(AccountId id, schema::AccountState state) {
    std::map<std::uint64_t, Sum> sums;
    std::set<std::pair<std::uint64_t, std::uint32_t>> places;
    std::uint64_t emails = 0, bytes = 0, last_email = 0;
    snapshot_->scan(prefix_range(keys::emails(id)),
                    [&](std::string_view key, std::string_view value) {
                      step();
                      const auto email = store::decode<schema::Email>(key, value);
                      const auto email_id = keys::email_of(key);
                      ++emails;
                      bytes += email.size();
                      last_email = std::max(last_email, email_id.value);
                      check_email(id, email_id, email);
                      for (const auto& place : email.placements()) {
                        auto& sum = sums[place.mailbox()];
                        ++sum.emails;
                        sum.bytes += email.size();
                        sum.unseen += (email.flags() & kSeen) == 0 ? 1 : 0;
                        sum.deleted += place.deleted() ? 1 : 0;
                        sum.last_uid = std::max(sum.last_uid, place.uid());
                        places.emplace(place.mailbox(), place.uid());
                      }
                      return true;
                    });
    report_.emails += emails;
    check_index(id, places);
    check_mailboxes(id, sums);
    if (state.emails() != emails || state.used_bytes() != bytes ||
        state.last_email() < last_email) {
      found("account " + std::to_string(id.value) + ": its counters say " +
            std::to_string(state.emails()) + " emails of " + std::to_string(state.used_bytes()) +
            " bytes; there are " + std::to_string(emails) + " of " + std::to_string(bytes));
      state.set_emails(emails);
      state.set_used_bytes(bytes);
      state.set_last_email(std::max(state.last_email(), last_email));
      mend_put(keys::account_state(id), state.SerializeAsString());
    }
  }

  void check_email(AccountId account, EmailId id, const schema::Email& email) {
    const auto hash = hash_of(email.body());
    const auto owner = keys::owner(account, id);
    if (!snapshot_->get(keys::content(account, id)))
      found(name(account, "email", id.value) + ": its parsed content is missing");
    if (!snapshot_->get(keys::body(hash)))
      found(name(account, "email", id.value) + ": its body is missing");
    if (!snapshot_->get(keys::body_link(hash, owner))) {
      found(name(account, "email", id.value) + ": the link to its body is missing");
      mend_put(keys::body_link(hash, owner), {});
    }
    if (email.placements().empty())
      found(name(account, "email", id.value) + ": it is in no mailbox");
    for (const auto& place : email.placements()) {
      const auto key = keys::index(account, MailboxId(place.mailbox()), Uid(place.uid()));
      schema::IndexEntry wanted;
      wanted.set_email(id.value);
      wanted.set_flags(email.flags() | (place.deleted() ? kDeleted : 0U));
      *wanted.mutable_keywords() = email.keywords();
      wanted.set_size(email.size());
      wanted.set_received_at(email.received_at());
      const auto entry = store::read<schema::IndexEntry>(*snapshot_, key);
      wanted.set_modseq(entry ? entry->modseq() : email.modseq());
      if (entry && entry->SerializeAsString() == wanted.SerializeAsString()) continue;
      found(name(account, "email", id.value) + ": its entry in mailbox " +
            std::to_string(place.mailbox()) + (entry ? " differs from it" : " is missing"));
      mend_put(key, wanted.SerializeAsString());
    }
  }

  void check_index(AccountId account,
                   const std::set<std::pair<std::uint64_t, std::uint32_t>>& places) {
    snapshot_->scan(
        prefix_range(keys::indexes(account)), [&](std::string_view key, std::string_view) {
          const std::pair place(keys::mailbox_of(key).value, keys::uid_of_index(key).value);
          if (places.contains(place)) return true;
          found(name(account, "mailbox", place.first) + ": the entry of UID " +
                std::to_string(place.second) + " leads to no email");
          mend_erase(std::string(key));
          return true;
        });
  }

  void check_mailboxes(AccountId account, std::map<std::uint64_t, Sum>& sums) {
    snapshot_->scan(prefix_range(keys::mailboxes(account)),
                    [&](std::string_view key, std::string_view value) {
                      auto box = store::decode<schema::Mailbox>(key, value);
                      const auto id = keys::mailbox_of(key);
                      const auto sum = sums[id.value];
                      sums.erase(id.value);
                      if (box.emails() == sum.emails && box.unseen() == sum.unseen &&
                          box.deleted() == sum.deleted && box.bytes() == sum.bytes &&
                          box.uid_next() > sum.last_uid) {
                        return true;
                      }
                      found(name(account, "mailbox", id.value) + ": its counters are wrong");
                      box.set_emails(sum.emails);
                      box.set_unseen(sum.unseen);
                      box.set_deleted(sum.deleted);
                      box.set_bytes(sum.bytes);
                      box.set_uid_next(std::max(box.uid_next(), sum.last_uid + 1));
                      mend_put(std::string(key), box.SerializeAsString());
                      return true;
                    });
    for (const auto& [mailbox, sum] : sums) {
      found(name(account, "mailbox", mailbox) + ": it has emails but is missing itself");
      schema::Mailbox box;
      box.set_name("Recovered " + std::to_string(mailbox));
      box.set_uid_validity(1);
      box.set_uid_next(sum.last_uid + 1);
      box.set_emails(sum.emails);
      box.set_unseen(sum.unseen);
      box.set_deleted(sum.deleted);
      box.set_bytes(sum.bytes);
      mend_put(keys::mailbox(account, MailboxId(mailbox)), box.SerializeAsString());
    }
  }

  void queue() {
    snapshot_->scan(prefix_range(keys::table(keys::Table::queued)), [&](std::string_view key,
                                                                        std::string_view value) {
      ++report_.queued;
      const auto message = store::decode<schema::QueuedMessage>(key, value);
      const auto id = keys::queue_id_of(key);
      const auto hash = hash_of(message.body());
      if (!snapshot_->get(keys::body(hash)))
        found("queue: the body of a message from <" + message.sender() + "> is missing");
      if (!snapshot_->get(keys::body_link(hash, keys::owner(id)))) {
        found("queue: the link to the body of a message from <" + message.sender() +
              "> is missing");
        mend_put(keys::body_link(hash, keys::owner(id)), {});
      }
      return true;
    });
    snapshot_->scan(prefix_range(keys::table(keys::Table::recipient)), [&](std::string_view key,
                                                                           std::string_view value) {
      const auto record = store::decode<schema::QueuedRecipient>(key, value);
      const auto id = keys::queue_id_of(key);
      const auto number = keys::number_of_recipient(key);
      if (!snapshot_->get(keys::queued(id))) {
        found("queue: the recipient " + record.address() + " belongs to no message");
        mend_erase(std::string(key));
      } else if (record.next_attempt() != 0 &&
                 !snapshot_->get(keys::due(from_millis(record.next_attempt()), id, number))) {
        found("queue: the recipient " + record.address() + " would never be tried");
        mend_put(keys::due(from_millis(record.next_attempt()), id, number), {});
      }
      return true;
    });
  }

  void bodies() {
    snapshot_->scan(prefix_range(keys::table(keys::Table::body)),
                    [&](std::string_view key, std::string_view) {
                      step();
                      const auto hash = hash_of(std::string(key.substr(1)));
                      ++report_.bodies;
                      const auto reader = store::BodyReader::open(*snapshot_, hash);
                      if (!reader) {
                        found("body " + hex(hash.view()) + ": its record is broken");
                        return true;
                      }
                      report_.body_bytes += reader->size();
                      check_digest(hash, *reader);
                      check_links(hash);
                      return true;
                    });
  }

  void check_digest(const BlobHash& hash, const store::BodyReader& reader) {
    Sha256 digest;
    std::uint64_t at = 0;
    while (at < reader.size()) {
      const auto piece = reader.read(at);
      if (piece.empty()) break;
      digest.update(piece);
      at += piece.size();
    }
    if (at < reader.size() || digest.finish() != hash)
      found("body " + hex(hash.view()) + ": its bytes are damaged");
  }

  void check_links(const BlobHash& hash) {
    bool linked = false;
    snapshot_->scan(prefix_range(keys::body_links(hash)),
                    [&](std::string_view key, std::string_view) {
                      linked = true;
                      const auto owner = key.substr(1 + hash.bytes.size());
                      std::string owner_key;
                      if (owner.size() == 17 && owner.front() == 'e') {
                        owner_key = keys::email(AccountId(read_u64(owner.substr(1))),
                                                EmailId(read_u64(owner.substr(9))));
                      } else if (owner.size() == 9 && owner.front() == 'q') {
                        owner_key = keys::queued(QueueId(read_u64(owner.substr(1))));
                      }
                      if (owner_key.empty() || !snapshot_->get(owner_key)) {
                        found("body " + hex(hash.view()) + ": a link to it belongs to nothing");
                        mend_erase(std::string(key));
                        mend_put(keys::unlinked(hash), {});
                      }
                      return true;
                    });
    if (!linked && !snapshot_->get(keys::unlinked(hash))) {
      found("body " + hex(hash.view()) + ": nothing links to it and it would never be collected");
      mend_put(keys::unlinked(hash), {});
    }
  }

  store::Engine& engine_;
  bool repair_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  std::unique_ptr<store::Reader> snapshot_;
  CheckReport report_;
  store::Batch mended_;
  std::uint64_t mends_ = 0;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
};

}  // namespace

CheckReport check(store::Engine& engine, bool repair,
                  const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Checker(engine, repair, progress).run();
}

}  // namespace freehold::mailstore
