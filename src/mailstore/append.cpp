#include "mailstore/header_extract.hpp"
#include "mailstore/mailstore_state.hpp"
#include "mailstore/threading.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

// Those of longer ones are made when they are asked for.
constexpr std::size_t kMaxEnvelope = 4096;

Result<> take_replaced(AccountChange& change, const Mailstore::Append::Replaced& replaced) {
  if (!change.message(replaced.mailbox, replaced.uid))
    return problem(Problem::Kind::not_found, "the message that was to be replaced is gone");
  change.expunge(replaced.mailbox, IndexChunk::number_of(replaced.uid),
                 IndexChunk::bit_of(replaced.uid));
  return {};
}

Result<Mailstore::Appended> place(AccountChange& change, const Mailstore::Incoming& incoming) {
  const auto& [message, how] = incoming;
  const auto mailbox = how.mailbox ? how.mailbox : ensure_role(change, how.role);
  auto* box = change.mailbox(mailbox);
  if (box == nullptr) return no_such_mailbox();
  if (how.replaces) {
    if (auto taken = take_replaced(change, *how.replaces); !taken) return taken.error();
  }
  const auto account = change.account();
  schema::Email email;
  email.set_body(message->body.hash.view().data(), message->body.hash.bytes.size());
  email.set_size(message->body.size + how.prefix.size());
  if (how.quota_bytes != 0 && change.state().used_bytes() + email.size() > how.quota_bytes)
    return over_quota();
  const auto received = how.received_at.value_or(change.now());
  email.set_received_at(to_millis(received));
  const auto found = find_thread(change.tx(), account, message->thread);
  email.set_thread(found.thread.value);
  email.set_prefix(how.prefix);

  const auto id = change.next_email();
  email.set_body_id(store::link(change.tx(), message->body, keys::owner(account, id)));
  change.create_email(email);
  const auto uid = change.place(
      mailbox, {{}, id, {}, email.size(), received, {}, ThreadId(email.thread()), how.flags});
  change.tx().put(keys::content(account, id), message->content);
  if (message->envelope.size() <= kMaxEnvelope)
    change.tx().put(keys::envelope(account, id), message->envelope);
  const auto& header = message->parsed.header.raw();
  if (auto extract = HeaderExtract::make(header, how.prefix);
      extract && !message->parsed.header_truncated) {
    change.tx().put(keys::header_extract(account, id), std::move(*extract));
  }
  note_thread(change.tx(), account, found, message->thread.subject, ThreadId(email.thread()));
  return Mailstore::Appended{id, UidValidity(box->uid_validity()), uid};
}

}  // namespace

awaitable<Result<Mailstore::Appended>> Mailstore::append(AccountId account,
                                                         std::shared_ptr<const Message> message,
                                                         Append how) {
  std::vector<Incoming> one;
  one.push_back({std::move(message), std::move(how)});
  auto appended = co_await append(account, std::move(one));
  if (!appended) co_return appended.error();
  co_return appended->front();
}

awaitable<Result<std::vector<Mailstore::Appended>>> Mailstore::append(
    AccountId account, std::vector<Incoming> messages) {
  if (auto room = state_->may_grow(); !room) co_return room.error();
  for (auto& incoming : messages) canonicalize(incoming.how.flags);
  std::vector<Appended> appended;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    appended.clear();
    for (const auto& incoming : messages) {
      auto placed = place(change, incoming);
      if (!placed) return placed.error();
      appended.push_back(*placed);
    }
    return {};
  });
  if (!done) co_return done.error();
  co_return appended;
}

}  // namespace freehold::mailstore
