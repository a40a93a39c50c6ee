#include "mailstore/undelete.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "mailstore/mailstore_state.hpp"
#include "message/encoded_word.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// What was expunged can be listed and restored until it is purged.
namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

constexpr std::size_t kRecordsPerChange = 50;  // of up to 64 messages: bounds the batch

using Bits = IndexChunk::Bits;

std::string sender_of(const schema::Content& content) {
  std::string all;
  for (const auto& address : content.envelope().from()) {
    if (address.role() != schema::Address4::ADDRESS) continue;
    if (!all.empty()) all += ", ";
    const auto name = message::decode_text(address.name());
    const auto at = address.mailbox() + "@" + address.host();
    all += name.empty() ? at : name + " <" + at + ">";
  }
  return all;
}

bool contains(std::string_view text, std::string_view word) {
  return word.empty() || to_lower(text).contains(to_lower(word));
}

// Reads an account's expunged messages, the newest first: so the record with the path of a mailbox
// that is gone comes before those of what was expunged from it earlier.
class Finder {
 public:
  Finder(const store::Reader& reader, AccountId account, const ExpungedFilter& filter,
         const std::vector<MailboxInfo>& mailboxes)
      : reader_(reader), account_(account), filter_(filter) {
    for (const auto& info : mailboxes) paths_[info.id] = info.path;
  }

  // visit(key, message, bit) for those that are meant, until it returns false.
  template <class Visit>
  void each(Visit visit) {
    reader_.scan_backwards(store::prefix_range(keys::expunged_of(account_)),
                           [&](std::string_view key, std::string_view value) {
                             const auto record = store::decode<schema::Expunged>(key, value);
                             const MailboxId mailbox(record.mailbox());
                             if (!record.path().empty()) paths_.try_emplace(mailbox, record.path());
                             const auto at = from_millis(record.at());
                             if (filter_.since && at < *filter_.since) return false;
                             if (filter_.until && at >= *filter_.until) return true;
                             const auto rows = IndexChunk::decode(record.rows(), record.number());
                             return each_of(std::string(key), at, path_of(mailbox), rows, visit);
                           });
  }

 private:
  template <class Visit>
  bool each_of(const std::string& key, Time at, const std::string& path, const IndexChunk& rows,
               Visit& visit) {
    for (auto i = rows.size(); i-- > 0;) {
      const auto& row = rows.rows()[i];
      const auto content =
          store::read<schema::Content>(reader_, keys::content(account_, row.email));
      ExpungedMessage message{row.email, path, at, row.received_at, row.size, {}, {}};
      if (content) {
        message.from = sender_of(*content);
        message.subject = message::decode_text(content->envelope().subject());
      }
      if (!contains(message.from, filter_.from)) continue;
      if (!contains(message.subject, filter_.subject)) continue;
      if (!visit(key, std::move(message), IndexChunk::bit_of(row.uid))) return false;
    }
    return true;
  }

  [[nodiscard]] std::string path_of(MailboxId mailbox) const {
    const auto known = paths_.find(mailbox);
    return known == paths_.end() ? "INBOX" : known->second;
  }

  const store::Reader& reader_;
  const AccountId account_;
  const ExpungedFilter& filter_;
  std::map<MailboxId, std::string> paths_;
};

// What is to be restored from one record.
struct Chosen {
  std::string key;
  std::string path;
  Bits which = 0;
};

}  // namespace

std::vector<ExpungedMessage> Mailstore::expunged(AccountId account, const ExpungedFilter& filter,
                                                 std::size_t most) const {
  std::vector<ExpungedMessage> all;
  if (most == 0) return all;
  const auto snapshot = state_->engine.snapshot();
  Finder(*snapshot, account, filter, mailboxes(account))
      .each([&](const std::string&, ExpungedMessage message, Bits) {
        all.push_back(std::move(message));
        return all.size() < most;
      });
  return all;
}

awaitable<Result<std::uint64_t>> Mailstore::restore_expunged(AccountId account,
                                                             ExpungedFilter filter) {
  if (auto room = state_->may_grow(); !room) co_return room.error();
  const auto chosen = co_await state_->pool.run([&] {
    std::vector<Chosen> all;
    const auto snapshot = state_->engine.snapshot();
    Finder(*snapshot, account, filter, mailboxes(account))
        .each([&](const std::string& key, const ExpungedMessage& message, Bits bit) {
          if (all.empty() || all.back().key != key) all.push_back({key, message.mailbox, 0});
          all.back().which |= bit;
          return true;
        });
    std::ranges::reverse(all);  // UIDs grow in the order in which they went
    return all;
  });
  std::uint64_t restored = 0;
  for (std::size_t begin = 0; begin < chosen.size(); begin += kRecordsPerChange) {
    const auto end = std::min(begin + kRecordsPerChange, chosen.size());
    std::uint64_t now = 0;
    const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
      now = 0;
      for (auto i = begin; i < end; ++i) {
        const auto& [key, path, which] = chosen[i];
        const auto record = store::read<schema::Expunged>(change.tx(), key);
        if (!record) continue;  // purged or restored meanwhile
        auto to = MailboxId(record->mailbox());
        if (change.mailbox(to) == nullptr) to = ensure_path(change, path);
        now += change.restore(key, *record, which, to);
      }
      return {};
    });
    if (!done) co_return done.error();
    restored += now;
  }
  co_return restored;
}

}  // namespace freehold::mailstore
