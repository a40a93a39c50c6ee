#include <algorithm>
#include <span>

#include "mailstore/acl_record.hpp"
#include "mailstore/mailstore_state.hpp"
#include "mailstore/threading.hpp"
#include "message/envelope.hpp"
#include "message/thread.hpp"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// Mailboxes that others than their owner use: who may do what, who has subscribed to them, and
// messages that go from one account to another.
namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

std::vector<OwnedMailbox> owned_mailboxes(const store::Reader& reader, const std::string& prefix) {
  std::vector<OwnedMailbox> all;
  reader.scan(store::prefix_range(prefix), [&all](std::string_view key, std::string_view) {
    all.push_back({keys::owner_of(key), keys::mailbox_of_owner(key)});
    return true;
  });
  return all;
}

}  // namespace

Acl acl_of(const schema::Acl& record) {
  Acl acl;
  for (const auto& entry : record.entries())
    acl.push_back({AccountId(entry.account()), entry.negative(), Rights::of_bits(entry.rights())});
  return acl;
}

Acl read_acl(const store::Reader& reader, AccountId account, MailboxId mailbox) {
  const auto record = store::read<schema::Acl>(reader, keys::acl(account, mailbox));
  return record ? acl_of(*record) : Acl();
}

Acl Mailstore::acl(AccountId account, MailboxId mailbox) const {
  return read_acl(state_->engine.latest(), account, mailbox);
}

std::map<MailboxId, Acl> Mailstore::acls(AccountId account) const {
  std::map<MailboxId, Acl> all;
  state_->engine.latest().scan(store::prefix_range(keys::acls(account)),
                               [&all](std::string_view key, std::string_view value) {
                                 all.emplace(keys::mailbox_of(key),
                                             acl_of(store::decode<schema::Acl>(key, value)));
                                 return true;
                               });
  return all;
}

awaitable<Result<>> Mailstore::change_acl(AccountId account, MailboxId mailbox, AclEdit edit) {
  co_return co_await state_->change(account, [&](AccountChange& change) -> Result<> {
    if (change.mailbox(mailbox) == nullptr) return no_such_mailbox();
    auto acl = change.acl(mailbox);
    const auto before = acl;
    if (auto edited = edit(acl); !edited) return edited;
    if (acl == before) return {};
    change.put_acl(mailbox, acl);
    // Whoever has it open learns of it by the change log.
    change.touch_mailbox(mailbox);
    return {};
  });
}

std::vector<OwnedMailbox> Mailstore::mailboxes_naming(AccountId who) const {
  return owned_mailboxes(state_->engine.latest(), keys::granted_to(who));
}

std::vector<OwnedMailbox> Mailstore::subscriptions(AccountId by) const {
  return owned_mailboxes(state_->engine.latest(), keys::subscribed_by(by));
}

awaitable<Result<>> Mailstore::set_subscribed(AccountId by, OwnedMailbox to, bool subscribed) {
  const auto lane = state_->lane(by);
  co_return co_await lane->run([by, to, subscribed](store::Transaction& tx) -> Result<> {
    auto key = keys::subscribed(by, to.owner, to.mailbox);
    if (tx.get(key).has_value() == subscribed) return {};
    if (subscribed) {
      tx.put(std::move(key), {});
    } else {
      tx.erase(std::move(key));
    }
    return {};
  });
}

namespace {

// Their parsed contents are in memory together.
constexpr std::size_t kCopiedAtOnce = 500;

// A message on its way into another account.
struct Leaving {
  IndexedMessage message;
  schema::Email email;
  ThreadKeys thread;
  std::string content;                  // schema::Content
  std::optional<std::string> envelope;  // these two as append() has stored them
  std::optional<std::string> header_extract;
};

ThreadKeys thread_keys_in(const schema::Content& content) {
  message::Envelope envelope;
  const auto& record = content.envelope();
  envelope.subject = record.subject();
  envelope.message_ids = message::parse_message_ids(record.message_id(), 20);
  envelope.in_reply_to_ids = message::parse_message_ids(record.in_reply_to(), 20);
  envelope.references = {content.references().begin(), content.references().end()};
  return thread_keys_of(envelope);
}

// Those of the messages that are there now.
std::vector<Leaving> read_leaving(const store::Reader& reader, const MailboxSnapshot& messages,
                                  AccountId owner, std::span<const Uid> uids) {
  std::vector<Leaving> all;
  for (const auto uid : uids) {
    const auto index = messages.index_of(uid);
    if (!index) continue;
    Leaving one{messages.at(*index), {}, {}, {}, {}, {}};
    const auto email = store::read<schema::Email>(reader, keys::email(owner, one.message.email));
    const auto key = keys::content(owner, one.message.email);
    auto content = reader.get(key);
    if (!email || !content) continue;
    one.email = *email;
    one.thread = thread_keys_in(store::decode<schema::Content>(key, *content));
    one.content = std::move(*content);
    one.envelope = reader.get(keys::envelope(owner, one.message.email));
    one.header_extract = reader.get(keys::header_extract(owner, one.message.email));
    all.push_back(std::move(one));
  }
  return all;
}

Result<Uid> receive(AccountChange& change, const Leaving& leaving, MailboxId to, FlagMask may,
                    std::uint64_t quota_bytes) {
  auto email = leaving.email;
  if (quota_bytes != 0 && change.state().used_bytes() + email.size() > quota_bytes)
    return over_quota();
  const auto found = find_thread(change.tx(), change.account(), leaving.thread);
  email.set_thread(found.thread.value);
  auto message = leaving.message;
  message.email = change.create_email(email);
  message.thread = ThreadId(email.thread());
  message.flags = masked(std::move(message.flags), may);
  const auto uid = change.place(to, message);
  if (!store::link_stored(change.tx(), BlobHash::from(email.body()),
                          keys::owner(change.account(), message.email))) {
    return problem(Problem::Kind::corrupt, "a message has lost its body");
  }
  const auto account = change.account();
  change.tx().put(keys::content(account, message.email), leaving.content);
  if (leaving.envelope) change.tx().put(keys::envelope(account, message.email), *leaving.envelope);
  if (leaving.header_extract)
    change.tx().put(keys::header_extract(account, message.email), *leaving.header_extract);
  note_thread(change.tx(), account, found, leaving.thread.subject, message.thread);
  return uid;
}

Result<> receive_all(AccountChange& change, const std::vector<Leaving>& leaving, MailboxId to,
                     FlagMask may, std::uint64_t quota_bytes, Mailstore::Copied& out) {
  const auto* target = change.mailbox(to);
  if (target == nullptr) return no_such_mailbox();
  out.uid_validity = UidValidity(target->uid_validity());
  for (const auto& one : leaving) {
    // It may have been purged since it was read.
    if (!change.tx().get(keys::body(BlobHash::from(one.email.body())))) continue;
    const auto uid = receive(change, one, to, may, quota_bytes);
    if (!uid) return uid.error();
    out.from.push_back(one.message.uid);
    out.to.push_back(*uid);
  }
  return {};
}

std::uint64_t size_of(const MailboxSnapshot& messages, const std::vector<Uid>& uids) {
  std::uint64_t size = 0;
  for (const auto uid : uids) {
    if (const auto index = messages.index_of(uid)) size += messages.row(*index).size;
  }
  return size;
}

}  // namespace

awaitable<Result<Mailstore::Copied>> Mailstore::copy_apart(OwnedMailbox from, std::vector<Uid> uids,
                                                           OwnedMailbox to, FlagMask may,
                                                           std::uint64_t quota_bytes) {
  if (auto room = state_->may_grow(); !room) co_return room.error();
  const auto source = snapshot(from.owner, from.mailbox);
  if (!source) co_return no_such_mailbox();
  if (quota_bytes != 0 && usage(to.owner).bytes + size_of(*source, uids) > quota_bytes)
    co_return over_quota();
  Copied out;
  Result<> done;
  for (std::size_t begin = 0; begin < uids.size() && done; begin += kCopiedAtOnce) {
    const auto some = std::span(uids).subspan(begin, std::min(kCopiedAtOnce, uids.size() - begin));
    const auto leaving = co_await state_->pool.run(
        [&] { return read_leaving(state_->engine.latest(), *source, from.owner, some); });
    const auto before = out;
    done = co_await state_->change(to.owner, [&](AccountChange& change) {
      out = before;
      return receive_all(change, leaving, to.mailbox, may, quota_bytes, out);
    });
    if (!done) out = before;
  }
  if (done) co_return out;
  // RFC 9051, 6.4.7: all of them or none.
  if (!out.to.empty()) static_cast<void>(co_await remove(to.owner, to.mailbox, std::move(out.to)));
  co_return done.error();
}

}  // namespace freehold::mailstore
