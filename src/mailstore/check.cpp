#include "mailstore/check.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "mailstore/acl_record.hpp"
#include "mailstore/check_account.hpp"
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
      : engine_(engine), findings_(repair), progress_(progress), snapshot_(engine.snapshot()) {}

  CheckReport run() {
    all_ = count(*snapshot_, keys::Table::email) + count(*snapshot_, keys::Table::body);
    snapshot_->scan(prefix_range(keys::table(keys::Table::account_state)),
                    [this](std::string_view key, std::string_view value) {
                      ++report_.accounts;
                      report_.emails +=
                          check_account(*snapshot_, keys::account_of(key),
                                        store::decode<schema::AccountState>(key, value), findings_,
                                        [this] { step(); });
                      return true;
                    });
    granted();
    queue();
    bodies();
    report_.repaired = findings_.mend(engine_);
    findings_.report(report_);
    return std::move(report_);
  }

 private:
  void found(std::string what) { findings_.found(std::move(what)); }
  void mend_put(std::string key, std::string value) {
    findings_.put(std::move(key), std::move(value));
  }
  void mend_erase(std::string key) { findings_.erase(std::move(key)); }
  void step() {
    if (progress_ && ++done_ % 256 == 0) progress_(done_, all_);
  }

  // The other way round: what leads to a mailbox has to stand in its list.
  void granted() {
    snapshot_->scan(prefix_range(keys::table(keys::Table::granted)), [&](std::string_view key,
                                                                         std::string_view) {
      const auto to = keys::account_of(key);
      const auto acl = read_acl(*snapshot_, keys::owner_of(key), keys::mailbox_of_owner(key));
      if (std::ranges::find(acl, to, &AclEntry::who) != acl.end()) return true;
      found("account " + std::to_string(keys::owner_of(key).value) + ", mailbox " +
            std::to_string(keys::mailbox_of_owner(key).value) + ": account " +
            std::to_string(to.value) + " is led to it and has no rights there");
      mend_erase(std::string(key));
      return true;
    });
  }

  void queue() {
    snapshot_->scan(prefix_range(keys::table(keys::Table::queued)), [&](std::string_view key,
                                                                        std::string_view value) {
      ++report_.queued;
      const auto message = store::decode<schema::QueuedMessage>(key, value);
      const auto id = keys::queue_id_of(key);
      const auto hash = BlobHash::from(message.body());
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
                      const auto hash = BlobHash::from(key.substr(1));
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
    if (!is_intact(hash, reader)) found("body " + hex(hash.view()) + ": its bytes are damaged");
  }

  static bool is_intact(const BlobHash& hash, const store::BodyReader& reader) {
    Sha256 digest;
    std::uint64_t at = 0;
    try {
      while (at < reader.size()) {
        const auto piece = reader.read(at);
        if (piece.empty()) return false;
        digest.update(piece);
        at += piece.size();
      }
    } catch (const store::ReadError&) {
      return false;
    }
    return digest.finish() == hash;
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
  Findings findings_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  std::unique_ptr<store::Reader> snapshot_;
  CheckReport report_;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
};

}  // namespace

CheckReport check(store::Engine& engine, bool repair,
                  const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return Checker(engine, repair, progress).run();
}

}  // namespace freehold::mailstore
