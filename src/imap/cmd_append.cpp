#include "imap/append_reader.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"

// APPEND (RFC 9051, 6.3.12; several messages by RFC 3502, parts by RFC 4469) and REPLACE (RFC
// 8508).
namespace freehold::imap {

namespace {

using Incoming = mailstore::Mailstore::Incoming;
using Appended = mailstore::Mailstore::Appended;
using mailstore::Right;

// "[APPENDUID validity uids]"
std::string append_code(const std::vector<Appended>& appended) {
  std::vector<std::uint32_t> uids;
  for (const auto& one : appended) uids.push_back(one.uid.value);
  return "[APPENDUID " + std::to_string(appended.front().uid_validity.value) + " " +
         format_set(uids) + "]";
}

// What speaks against taking anything, before the client sends it.
std::optional<Reply> obstacle(const Context& context, const Result<NamedMailbox>& mailbox,
                              std::uint64_t quota, std::uint64_t first_size) {
  if (!mailbox) return reply_for_target(mailbox.error());
  if (context.house.mailstore.engine().disk_low())
    return Reply::no("[OVERQUOTA] the server's disk is almost full");
  if (quota != 0 && context.house.mailstore.usage(mailbox->owner).bytes + first_size > quota)
    return Reply::no("[OVERQUOTA] the account is over its quota");
  return std::nullopt;
}

// The message that REPLACE takes the place of: one number.
Uid read_replaced(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto set = lexer.sequence_set();
  if (lexer.failed()) return {};
  const auto indexes = context.select(set, command.by_uid);
  if (!indexes || indexes->size() != 1) return {};
  return context.view->row(indexes->front()).uid;
}

}  // namespace

awaitable<IoResult<Reply>> append(Context& context, Command& command, std::string_view text) {
  auto& lexer = command.arguments;
  const bool replaces = command.name == "REPLACE";
  std::optional<Uid> replaced;
  std::optional<Reply> refusal;
  if (replaces && context.state != kSelected) {
    refusal = Reply::bad("not in this state");
  } else if (replaces && context.uid_only && !command.by_uid) {
    refusal = Reply::bad("[UIDREQUIRED] use UID REPLACE");
  } else if (replaces) {
    replaced = read_replaced(context, command);
    if (context.view->read_only())
      refusal = Reply::no("[NOPERM] the mailbox is selected read-only");
    else if (!rights_in_view(context).has(Right::read | Right::delete_messages | Right::expunge))
      refusal = Reply::no("[NOPERM] you have no right to remove messages here");
    else if (!lexer.failed() && !replaced->value)
      refusal = Reply::no("[NONEXISTENT] there is no such message to replace");
  }
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (lexer.failed()) refusal = Reply::bad(lexer.error());
  const auto mailbox = find_mailbox(context, path, Right::insert);
  const auto quota = mailbox ? quota_of(context, mailbox->owner) : 0;
  AppendReader reader(context, text, lexer);
  if (refusal) {
    reader.refuse(*refusal);
  } else {
    const auto mark = literal_at_end(text);
    if (auto answer = obstacle(context, mailbox, quota, mark ? mark->size : 0))
      reader.refuse(*answer);
  }
  if (auto read = co_await reader.read(!replaces); !read) co_return read.error();
  if (reader.refusal()) co_return *reader.refusal();

  auto& store = context.house.mailstore;
  for (auto& incoming : reader.messages) {
    incoming.how.mailbox = mailbox->info.id;
    incoming.how.flags = mailstore::masked(std::move(incoming.how.flags), mailbox->rights.flags());
    incoming.how.quota_bytes = quota;
  }
  const bool at_once = replaced && mailbox->owner == context.view->account();
  if (at_once) reader.messages.front().how.replaces = {context.view->mailbox(), *replaced};
  const auto appended = co_await store.append(mailbox->owner, std::move(reader.messages));
  if (!appended) co_return reply_for(appended.error());
  if (replaced && !at_once) {
    // Into another account: the new one is durable before the old one goes.
    const auto removed =
        co_await store.remove(context.view->account(), context.view->mailbox(), {*replaced});
    if (!removed) co_return reply_for(removed.error());
  }
  if (mailbox->owner == context.id()) warn_of_quota(context, quota);
  auto code = append_code(*appended);
  if (replaces) {
    // RFC 8508, 3.3: where the new one is, before the old one's EXPUNGE.
    context.out << "* OK " << code << " the replacement is there\r\n";
    context.tell_news();
    co_return Reply::ok("REPLACE completed");
  }
  if (context.state == kSelected) context.tell_news();
  co_return Reply::ok(code + " APPEND completed");
}

}  // namespace freehold::imap
