#include "mailstore/mailstore_state.hpp"
#include "mailstore/threading.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

std::string with_prefix(const std::string& content, const std::string& prefix) {
  if (prefix.empty()) return content;
  schema::Content own;  // protocol buffers are merged by writing one behind the other
  own.set_prefix(prefix);
  return content + own.SerializeAsString();
}

}  // namespace

awaitable<Result<Mailstore::Appended>> Mailstore::append(AccountId account,
                                                         std::shared_ptr<const Message> message,
                                                         Append how) {
  if (auto room = state_->may_grow(); !room) co_return room.error();
  canonicalize(how.flags);
  Appended appended;
  const auto done = co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    const auto mailbox =
        how.mailbox ? how.mailbox : ensure_role(change, how.role, state_->clock.now());
    auto* box = change.mailbox(mailbox);
    if (box == nullptr) return no_such_mailbox();

    schema::Email email;
    email.set_body(message->body.hash.view().data(), message->body.hash.bytes.size());
    email.set_size(message->body.size + how.prefix.size());
    if (how.quota_bytes != 0 && change.state().used_bytes() + email.size() > how.quota_bytes) {
      return over_quota();
    }
    email.set_received_at(to_millis(how.received_at.value_or(state_->clock.now())));
    email.set_flags(how.flags.bits & ~kDeleted);
    email.mutable_keywords()->Assign(how.flags.keywords.begin(), how.flags.keywords.end());
    email.set_thread(find_thread(change.tx(), account, *message).value);

    const auto id = change.create_email(email);
    const auto uid = change.place(email, id, mailbox, how.flags.has(kDeleted));
    change.save(email, id);
    change.tx().put(keys::content(account, id), with_prefix(message->content, how.prefix));
    store::link(change.tx(), message->body, keys::owner(account, id));
    note_thread(change.tx(), account, *message, ThreadId(email.thread()));
    appended = {id, UidValidity(box->uid_validity()), uid};
    return {};
  });
  if (!done) co_return done.error();
  co_return appended;
}

}  // namespace freehold::mailstore
