#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"
#include "mailstore/identifiers.hpp"

// SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS (RFC 4314, 3).
namespace freehold::imap {

namespace {

using mailstore::Acl;
using mailstore::Right;
using mailstore::Rights;
using mailstore::RightsChange;

struct Wanted {
  RightsChange how = RightsChange::replace;
  Rights rights;
};

// "+lr", "-lr" or "lr".
Wanted read_rights(Lexer& lexer) {
  Wanted wanted;
  const auto text = lexer.astring();
  std::string_view letters = text;
  if (letters.starts_with('+') || letters.starts_with('-')) {
    wanted.how = letters.front() == '+' ? RightsChange::add : RightsChange::remove;
    letters.remove_prefix(1);
  }
  const auto rights = Rights::parse(letters);
  if (!rights) lexer.fail("one of these rights is not known");
  wanted.rights = rights.value_or(Rights());
  return wanted;
}

// Made with what the commands that change a list have in common.
using Edit = std::function<Result<>(Acl&, const directory::AccountInfo& owner,
                                    const mailstore::Identifier& whose)>;

awaitable<Result<>> change(Context& context, const std::string& path, const std::string& identifier,
                           std::string_view details, const Edit& edit) {
  const auto found = find_mailbox(context, path, Right::administer);
  if (!found) co_return found.error();
  auto& directory = context.house.directory;
  const auto owner = directory.account(found->owner);
  if (!owner) co_return problem(Problem::Kind::not_found, "there is no such mailbox");
  const auto whose = mailstore::parse_identifier(directory, identifier);
  if (!whose) co_return whose.error();
  auto done = co_await context.house.mailstore.change_acl(
      found->owner, found->info.id, [&](Acl& acl) { return edit(acl, *owner, *whose); });
  if (!done) co_return done;
  const auto by =
      directory::Actor::account(context.account->name, context.stream.peer().address.text());
  co_return co_await directory.note(by, "mailbox.rights", owner->name,
                                    found->owners_path + ": " + identifier + std::string(details));
}

}  // namespace

awaitable<Reply> set_acl(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  lexer.space();
  const auto identifier = lexer.astring();
  lexer.space();
  const auto wanted = read_rights(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  constexpr std::string_view kSigns[] = {" ", " +", " -"};
  const auto details = std::string(kSigns[static_cast<int>(wanted.how)]) + wanted.rights.text();
  const Edit edit = [wanted](Acl& acl, const auto& owner, const auto& whose) {
    return mailstore::change_rights(acl, owner, whose, wanted.how, wanted.rights);
  };
  const auto done = co_await change(context, path, identifier, details, edit);
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok("SETACL completed");
}

awaitable<Reply> delete_acl(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  lexer.space();
  const auto identifier = lexer.astring();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const Edit edit = [](Acl& acl, const auto& owner, const auto& whose) {
    return mailstore::remove_rights(acl, owner, whose);
  };
  const auto done = co_await change(context, path, identifier, " removed", edit);
  if (!done) co_return reply_for(done.error());
  co_return Reply::ok("DELETEACL completed");
}

awaitable<Reply> get_acl(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox(context, path, Right::administer);
  if (!found) co_return reply_for(found.error());
  const auto& directory = context.house.directory;
  auto& out = context.out;
  out << "* ACL ";
  context.put_mailbox_name(found->info.path);
  if (const auto owner = directory.account(found->owner)) {
    const auto acl = context.house.mailstore.acl(found->owner, found->info.id);
    for (const auto& [identifier, rights] : mailstore::describe(directory, *owner, acl)) {
      out << ' ';
      out.astring(identifier);
      out << ' ';
      out.astring(rights.text());
    }
  }
  out << "\r\n";
  co_return Reply::ok("GETACL completed");
}

// What can be given: each right by itself, but to the owner, who has all and keeps them.
awaitable<Reply> list_rights(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  lexer.space();
  const auto identifier = lexer.astring();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox(context, path, Right::administer);
  if (!found) co_return reply_for(found.error());
  const auto& directory = context.house.directory;
  const auto whose = mailstore::parse_identifier(directory, identifier);
  if (!whose) co_return reply_for(whose.error());
  const auto owner = directory.account(found->owner);
  auto& out = context.out;
  out << "* LISTRIGHTS ";
  context.put_mailbox_name(found->info.path);
  out << ' ';
  out.astring(identifier);
  if (owner && !owner->group && whose->who == owner->id) {
    out << ' ' << Rights::all().text();
  } else {
    out << " \"\"";
    for (const char letter : Rights::all().text()) out << ' ' << letter;
  }
  out << "\r\n";
  co_return Reply::ok("LISTRIGHTS completed");
}

void put_my_rights(Context& context, const NamedMailbox& mailbox) {
  context.out << "* MYRIGHTS ";
  context.put_mailbox_name(mailbox.info.path);
  context.out << ' ';
  context.out.astring(mailbox.rights.text());
  context.out << "\r\n";
}

awaitable<Reply> my_rights(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const auto found = find_mailbox_with_any(context, path, kRightsToKnow);
  if (!found) co_return reply_for(found.error());
  put_my_rights(context, *found);
  co_return Reply::ok("MYRIGHTS completed");
}

}  // namespace freehold::imap
