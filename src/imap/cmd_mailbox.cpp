#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/object_id.hpp"
#include "imap/session.hpp"
#include "imap/special_use.hpp"

// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051, 6.3.4 to 6.3.8).
namespace freehold::imap {

std::string Context::mailbox_name(Lexer& lexer) {
  auto name = lexer.astring();
  // Before ENABLE too: some clients send UTF-8 all the same.
  if (!is_utf8(name)) lexer.fail("the mailbox name is not UTF-8");
  if (utf8) return name;
  auto decoded = from_modified_utf7(name);
  if (!decoded) lexer.fail("the mailbox name is not modified UTF-7");
  return decoded.value_or("");
}

void Context::put_mailbox_name(std::string_view path) { out << mailbox_words(path); }

std::string Context::mailbox_words(std::string_view path) const {
  return Output::astring_of(utf8 ? std::string(path) : to_modified_utf7(path));
}

namespace {

// RFC 6154, 3: what the new mailbox is for, "(USE (\\Drafts))", at its parenthesis.
std::vector<std::string> read_uses(Lexer& lexer) {
  std::vector<std::string> uses;
  lexer.expect('(');
  if (!lexer.word("USE")) lexer.fail("this parameter of CREATE is not known");
  lexer.space();
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    lexer.expect('\\');
    uses.push_back("\\" + std::string(lexer.atom()));
    if (lexer.peek() != ')') lexer.space();
  }
  lexer.expect(')');
  return uses;
}

}  // namespace

awaitable<Reply> create(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  auto path = context.mailbox_name(lexer);
  const auto uses = lexer.skip(' ') ? read_uses(lexer) : std::vector<std::string>();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (uses.size() > 1) co_return Reply::no("[USEATTR] a mailbox is for one thing here");
  const auto role = uses.empty() ? std::string_view() : role_of_use(uses.front());
  if (!role) co_return Reply::no("[USEATTR] no mailbox can be for that here");
  // A trailing separator says that there will be mailboxes in it; it is no part of the name.
  if (path.size() > 1 && path.ends_with(mailstore::kPathSeparator)) path.pop_back();
  const auto place = find_place(context, path);
  if (!place) co_return reply_for(place.error());
  if (place->owner != context.id() && !role->empty())
    co_return Reply::no("[USEATTR] what others' mailboxes are for is their owners'");
  auto& store = context.house.mailstore;
  const auto made =
      co_await store.create_mailbox(place->owner, place->owners_path, std::string(*role));
  if (!made) {
    const bool use_is_taken = made.error().kind == Problem::Kind::exists && !uses.empty() &&
                              !store.mailbox(place->owner, place->owners_path);
    if (use_is_taken) co_return Reply::no("[USEATTR] " + made.error().what);
    co_return reply_for(made.error());
  }
  co_return Reply::ok("[MAILBOXID (" + object_id(place->owner, *made) + ")] CREATE completed");
}

awaitable<Reply> remove(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox(context, path, mailstore::Right::remove);
  if (!found) co_return reply_for(found.error());
  auto& store = context.house.mailstore;
  const auto done = co_await store.delete_mailbox(found->owner, found->owners_path);
  if (!done) {
    const auto info = store.mailbox(found->owner, found->info.id);
    // RFC 9051, 7.1: so that clients offer to delete those first.
    if (info && info->has_children) co_return Reply::no("[HASCHILDREN] " + done.error().what);
    co_return reply_for(done.error());
  }
  co_return Reply::ok("DELETE completed");
}

awaitable<Reply> rename(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto from = context.mailbox_name(lexer);
  lexer.space();
  const auto to = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox(context, from, mailstore::Right::remove);
  if (!found) co_return reply_for(found.error());
  const auto place = find_place(context, to);
  if (!place) co_return reply_for(place.error());
  if (place->owner != found->owner)
    co_return Reply::no("[CANNOT] a mailbox stays with its owner: copy its messages instead");
  // What RFC 9051, 6.3.6, says of INBOX is for its owner.
  if (found->owner != context.id() && iequals(found->owners_path, "INBOX"))
    co_return Reply::no("[CANNOT] only its owner can rename INBOX");
  const auto done = co_await context.house.mailstore.rename_mailbox(
      found->owner, found->owners_path, place->owners_path);
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok("RENAME completed");
}

namespace {

awaitable<Reply> set_subscribed(Context& context, Command& command, bool subscribed) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  // Without the right to look one can still unsubscribe (RFC 4314, 4).
  const auto found =
      find_mailbox(context, path,
                   subscribed ? mailstore::Rights(mailstore::Right::lookup) : mailstore::Rights());
  if (!found) {
    // Thunderbird says it of the old name after RENAME and DELETE, which the subscription has left.
    const auto place = find_place(context, path);
    if (!subscribed && place && place->owner == context.id())
      co_return Reply::ok(command.name + " completed");
    co_return reply_for(found.error());
  }
  auto& store = context.house.mailstore;
  // But OK must not tell of a mailbox that one never knew of.
  const auto mine = store.subscriptions(context.id());
  if (!found->rights.has(mailstore::Right::lookup) &&
      !std::ranges::binary_search(mine, found->id()))
    co_return Reply::no("[NONEXISTENT] there is no such mailbox");
  Result<> done;
  if (found->owner == context.id()) {
    done = co_await store.set_subscribed(found->owner, found->owners_path, subscribed);
  } else {
    done = co_await store.set_subscribed(context.id(), found->id(), subscribed);
  }
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok(command.name + " completed");
}

}  // namespace

awaitable<Reply> subscribe(Context& context, Command& command) {
  return set_subscribed(context, command, true);
}
awaitable<Reply> unsubscribe(Context& context, Command& command) {
  return set_subscribed(context, command, false);
}

}  // namespace freehold::imap
