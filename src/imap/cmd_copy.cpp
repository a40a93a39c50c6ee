#include "imap/session.hpp"

// COPY and MOVE (RFC 9051, 6.4.7 and 6.4.8).
namespace freehold::imap {

namespace {

using Copied = mailstore::Mailstore::Copied;

struct Request {
  std::vector<Uid> uids;
  MailboxId target;
};

std::string copy_code(const Copied& copied) {
  std::vector<std::uint32_t> from, to;
  for (const auto uid : copied.from) from.push_back(uid.value);
  for (const auto uid : copied.to) to.push_back(uid.value);
  return "[COPYUID " + std::to_string(copied.uid_validity.value) + " " + format_set(from) + " " +
         format_set(to) + "]";
}

// The request, or the answer that it deserves.
std::optional<Reply> read_request(Context& context, Command& command, Request& request) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto set = lexer.sequence_set();
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  if (!lexer.done()) return Reply::bad(lexer.error());
  const auto indexes = context.select(set, command.by_uid);
  if (!indexes) return Reply::bad("no such message");
  for (const auto index : *indexes) request.uids.push_back(context.view->messages()[index].uid);
  const auto target = context.house.mailstore.mailbox(context.id(), path);
  if (!target) return Reply::no("[TRYCREATE] there is no such mailbox");
  request.target = target->id;
  return std::nullopt;
}

}  // namespace

awaitable<Reply> copy(Context& context, Command& command) {
  Request request;
  if (auto answer = read_request(context, command, request)) co_return *answer;
  const auto copied = co_await context.house.mailstore.copy(context.id(), context.view->mailbox(),
                                                            std::move(request.uids), request.target,
                                                            context.account->quota_bytes);
  if (!copied) co_return reply_for(copied.error());
  if (copied->to.empty()) co_return Reply::ok("COPY completed, there was nothing to copy");
  co_return Reply::ok(copy_code(*copied) + " COPY completed");
}

awaitable<Reply> move(Context& context, Command& command) {
  Request request;
  if (auto answer = read_request(context, command, request)) co_return *answer;
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  const auto moved = co_await context.house.mailstore.move(context.id(), context.view->mailbox(),
                                                           std::move(request.uids), request.target);
  if (!moved) co_return reply_for(moved.error());
  if (moved->to.empty()) co_return Reply::ok("MOVE completed, there was nothing to move");
  // RFC 6851, 4.3: before the EXPUNGEs, so that the client knows where they went.
  context.out << "* OK " << copy_code(*moved) << " moved\r\n";
  context.tell_news();
  co_return Reply::ok("MOVE completed");
}

}  // namespace freehold::imap
