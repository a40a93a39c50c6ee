#include "mailstore/annotations.hpp"

#include <algorithm>

#include "mailstore/annotation_log.hpp"
#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

Result<> check_room(const store::Transaction& tx, AccountId account) {
  std::size_t count = 0, bytes = 0;
  tx.scan(store::prefix_range(keys::annotations_of(account)),
          [&](std::string_view key, std::string_view value) {
            ++count;
            bytes += keys::entry_of_annotation(key).size() + value.size();
            return true;
          });
  if (count <= kMaxAnnotations && bytes <= kMaxAnnotationBytes) return {};
  return problem(Problem::Kind::denied, "the account has too many annotations", {},
                 "remove some first");
}

}  // namespace

void erase_annotations(store::Transaction& tx, const std::string& prefix) {
  std::vector<std::string> found;
  tx.scan(store::prefix_range(prefix), [&](std::string_view key, std::string_view) {
    found.emplace_back(key);
    return true;
  });
  for (auto& key : found) tx.erase(std::move(key));
}

std::vector<Annotation> Mailstore::annotations(AccountId account, MailboxId mailbox) const {
  std::vector<Annotation> all;
  state_->engine.latest().scan(store::prefix_range(keys::annotations(account, mailbox)),
                               [&](std::string_view key, std::string_view value) {
                                 auto record = store::decode<schema::Annotation>(key, value);
                                 all.push_back({std::string(keys::entry_of_annotation(key)),
                                                std::move(*record.mutable_value())});
                                 return true;
                               });
  return all;
}

AnnotationLog annotated_since(const store::Reader& reader, AccountId account, ModSeq since) {
  AnnotationLog log{{}, since};
  auto range = store::prefix_range(keys::changes(account));
  range.begin = keys::change(account, ModSeq(since.value + 1));
  reader.scan(range, [&log](std::string_view key, std::string_view value) {
    log.last = keys::modseq_of_change(key);
    for (const auto& one : store::decode<schema::Change>(key, value).annotations()) {
      log.entries.push_back({MailboxId(one.mailbox()), one.entry()});
    }
    return true;
  });
  return log;
}

awaitable<Result<>> Mailstore::annotate(AccountId account, MailboxId mailbox,
                                        std::vector<AnnotationChange> changes) {
  const bool adds =
      std::ranges::any_of(changes, [](const auto& change) { return change.value.has_value(); });
  if (adds) {
    if (auto room = state_->may_grow(); !room) co_return room;
  }
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    auto& tx = change.tx();
    if (mailbox && !change.mailbox(mailbox)) return no_such_mailbox();
    for (const auto& [entry, value] : changes) {
      auto key = keys::annotation(account, mailbox, entry);
      change.note_annotation(mailbox, entry);
      if (value) {
        schema::Annotation record;
        record.set_value(*value);
        tx.put(std::move(key), record.SerializeAsString());
      } else {
        tx.erase(std::move(key));
      }
    }
    return adds ? check_room(tx, account) : Result<>();
  });
}

}  // namespace freehold::mailstore
