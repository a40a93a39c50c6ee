#include <algorithm>

#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/metadata.hpp"
#include "imap/metadata_news.hpp"
#include "imap/session.hpp"
#include "imap/special_use.hpp"

// GETMETADATA and SETMETADATA (RFC 5464).
namespace freehold::imap {

namespace {

using Changes = std::vector<mailstore::AnnotationChange>;

Changes read_changes(Lexer& lexer) {
  Changes changes;
  lexer.expect('(');
  do {
    auto entry = read_metadata_entry(lexer);
    if (std::ranges::count(entry, '/') < 2) lexer.fail("an entry has a name of its own");
    lexer.space();
    auto value = lexer.nstring8();
    changes.push_back({std::move(entry), std::move(value)});
  } while (lexer.skip(' '));
  lexer.expect(')');
  return changes;
}

std::optional<Reply> refuse(const Changes& changes, bool of_server) {
  for (const auto& [entry, value] : changes) {
    if (of_server && entry.starts_with("/shared/")) {
      return Reply::no("[NOPERM] what the server says of itself is the operator's");
    }
    if (value && value->size() > kMaxAnnotationValue) {
      return Reply::no("[METADATA MAXSIZE " + std::to_string(kMaxAnnotationValue) +
                       "] the value is too large");
    }
    if (entry == kSpecialUseEntry && changes.size() > 1) {
      return Reply::no("[CANNOT] " + entry + " is changed alone");
    }
  }
  return std::nullopt;
}

Result<NamedMailbox> find_annotated(const Context& context, const std::string& path) {
  auto found = find_mailbox(context, path, mailstore::Right::lookup);
  if (found && !may_annotate(found->rights))
    return problem(Problem::Kind::denied, "you have no right to what is noted there");
  return found;
}

// What all see may be changed by who may change the messages' flags; what a mailbox is for, by its
// owner.
bool may_set(const Context& context, const NamedMailbox& mailbox, const Changes& changes) {
  if (mailbox.owner == context.id()) return true;
  return std::ranges::none_of(changes, [&](const auto& change) {
    return change.entry == kSpecialUseEntry ||
           (change.entry.starts_with("/shared/") && !mailbox.rights.has(mailstore::Right::write));
  });
}

awaitable<Reply> set_special_use(Context& context, MailboxId mailbox,
                                 const std::optional<std::string>& use) {
  const auto role = use ? role_of_use(*use) : std::string_view();
  if (!role) co_return Reply::no("[USEATTR] no mailbox can be for that here");
  const auto done =
      co_await context.house.mailstore.set_role(context.id(), mailbox, std::string(*role));
  if (!done) co_return Reply::no("[USEATTR] " + done.error().what);
  co_return Reply::ok("SETMETADATA completed");
}

}  // namespace

awaitable<Reply> get_metadata(Context& context, Command& command) {
  auto& lexer = command.arguments;
  MetadataRequest request;
  lexer.space();
  // RFC 5464's grammar has the options here, one of its examples behind the mailbox.
  if (at_metadata_options(lexer)) {
    read_metadata_options(lexer, request);
    lexer.space();
  }
  const auto path = context.mailbox_name(lexer);
  lexer.space();
  if (at_metadata_options(lexer)) {
    read_metadata_options(lexer, request);
    lexer.space();
  }
  read_metadata_entries(lexer, request);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  std::optional<NamedMailbox> mailbox;
  if (!path.empty()) {
    auto found = find_annotated(context, path);
    if (!found) co_return reply_for(found.error());
    mailbox = std::move(*found);
  }
  const auto longest = put_metadata(context, mailbox ? &*mailbox : nullptr, request);
  co_return Reply::ok(long_entries_code(longest) + "GETMETADATA completed");
}

awaitable<Reply> set_metadata(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  lexer.space();
  auto changes = read_changes(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (auto refused = refuse(changes, path.empty())) co_return *refused;
  MailboxId mailbox;
  auto owner = context.id();
  if (!path.empty()) {
    const auto found = find_annotated(context, path);
    if (!found) co_return reply_for(found.error());
    if (!may_set(context, *found, changes))
      co_return Reply::no("[NOPERM] you have no right to change that");
    mailbox = found->info.id;
    owner = found->owner;
    if (changes.front().entry == kSpecialUseEntry) {
      co_return co_await set_special_use(context, mailbox, changes.front().value);
    }
  }
  for (auto& change : changes) change.entry = stored_entry(context, owner, change.entry);
  const auto done = co_await context.house.mailstore.annotate(owner, mailbox, changes);
  if (!done && done.error().kind == Problem::Kind::denied) {
    co_return Reply::no("[METADATA TOOMANY] " + done.error().what);
  }
  if (!done) co_return reply_for(done.error());
  if (context.metadata_news && owner == context.id()) {
    for (const auto& change : changes) context.metadata_news->note_own(mailbox, change.entry);
  }
  co_return Reply::ok("SETMETADATA completed");
}

}  // namespace freehold::imap
