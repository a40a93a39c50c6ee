#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"

// COPY and MOVE (RFC 9051, 6.4.7 and 6.4.8).
namespace freehold::imap {

namespace {

using Copied = mailstore::Mailstore::Copied;
using mailstore::Right;

struct Request {
  std::vector<Uid> uids;
  NamedMailbox target;
};

std::string copy_code(const Copied& copied) {
  return "[COPYUID " + std::to_string(copied.uid_validity.value) + " " +
         format_set(numbers(copied.from)) + " " + format_set(numbers(copied.to)) + "]";
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
  if (context.over_limit(indexes->size())) return context.too_many();
  request.uids = context.view->messages().uids(*indexes);
  auto target = find_mailbox(context, path, Right::insert);
  if (!target) return reply_for_target(target.error());
  request.target = std::move(*target);
  return std::nullopt;
}

// An email has the same flags in all mailboxes of its owner. So it may be in both only when who
// copies it may change them in both; else he would change in one what he may not in the other.
bool may_share(const Context& context, const NamedMailbox& target) {
  constexpr auto kFlags = Right::seen | Right::write;
  return target.owner == context.view->account() &&
         target.rights.has(kFlags | Right::delete_messages) && rights_in_view(context).has(kFlags);
}

awaitable<Result<Copied>> copy_apart(Context& context, Request request) {
  co_return co_await context.house.mailstore.copy_apart(
      {context.view->account(), context.view->mailbox()}, std::move(request.uids),
      request.target.id(), request.target.rights.flags(), quota_of(context, request.target.owner));
}

awaitable<Result<Copied>> copy_to(Context& context, Request request) {
  if (!may_share(context, request.target))
    co_return co_await copy_apart(context, std::move(request));
  co_return co_await context.house.mailstore.copy(context.view->account(), context.view->mailbox(),
                                                  std::move(request.uids), request.target.info.id,
                                                  quota_of(context, request.target.owner));
}

// Between accounts a copy is durable before the original goes: what stops in between leaves a
// message twice, never none.
awaitable<Result<Copied>> move_to(Context& context, Request request) {
  auto& store = context.house.mailstore;
  const auto owner = context.view->account();
  const auto mailbox = context.view->mailbox();
  if (may_share(context, request.target)) {
    co_return co_await store.move(owner, mailbox, std::move(request.uids), request.target.info.id);
  }
  auto copied = co_await copy_apart(context, std::move(request));
  if (!copied) co_return copied;
  const auto removed = co_await store.remove(owner, mailbox, copied->from);
  if (!removed) co_return removed.error();
  co_return copied;
}

}  // namespace

awaitable<Reply> copy(Context& context, Command& command) {
  Request request;
  if (auto answer = read_request(context, command, request)) co_return *answer;
  const auto copied = co_await copy_to(context, std::move(request));
  if (!copied) co_return reply_for(copied.error());
  if (copied->to.empty()) co_return Reply::ok("COPY completed, there was nothing to copy");
  co_return Reply::ok(copy_code(*copied) + " COPY completed");
}

awaitable<Reply> move(Context& context, Command& command) {
  Request request;
  if (auto answer = read_request(context, command, request)) co_return *answer;
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  // RFC 6851, 4.2: as COPY, STORE and EXPUNGE together.
  if (!rights_in_view(context).has(Right::delete_messages | Right::expunge))
    co_return Reply::no("[NOPERM] you have no right to remove messages here");
  const auto moved = co_await move_to(context, std::move(request));
  if (!moved) co_return reply_for(moved.error());
  if (moved->to.empty()) co_return Reply::ok("MOVE completed, there was nothing to move");
  // RFC 6851, 4.3: before the EXPUNGEs, so that the client knows where they went.
  context.out << "* OK " << copy_code(*moved) << " moved\r\n";
  context.tell_news();
  co_return Reply::ok(context.modseq_code() + "MOVE completed");
}

}  // namespace freehold::imap
