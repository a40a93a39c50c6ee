#include "imap/limits.hpp"
#include "imap/session.hpp"

// APPEND (RFC 9051, 6.3.12): the message streams from the connection into the store.
namespace freehold::imap {

namespace {

struct Request {
  std::string path;
  mailstore::Mailstore::Append how;
};

Request read_request(Context& context, Lexer& lexer) {
  Request request;
  lexer.space();
  request.path = context.mailbox_name(lexer);
  lexer.space();
  if (lexer.peek() == '(') {
    request.how.flags = read_flags(lexer);
    lexer.space();
  }
  if (lexer.peek() == '"') {
    request.how.received_at = parse_internal_date(lexer.string());
    if (!request.how.received_at) lexer.fail("the date is not well-formed");
    lexer.space();
  }
  // RFC 6855: "UTF8 (~{n}"; its closing parenthesis comes behind the literal.
  if (lexer.word("UTF8")) {
    lexer.space();
    lexer.expect('(');
  }
  static_cast<void>(lexer.skip('~'));
  if (lexer.peek() != '{') lexer.fail("the message is missing");
  return request;
}

// Reads the literal to its end, into the intake while that takes it.
awaitable<IoResult<Result<>>> read_message(Context& context, std::uint64_t size,
                                           mailstore::Intake* intake) {
  Result<> taken;
  while (size > 0) {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size, kFlushAt));
    const auto chunk = co_await context.reader.read_chunk(most, net::after(kLiteralTimeout));
    if (!chunk) co_return chunk.error();
    if (intake != nullptr && taken) taken = intake->append(*chunk);
    size -= chunk->size();
  }
  co_return taken;
}

// Refuses before the message is sent, or reads past one that is sent anyway.
awaitable<IoResult<Reply>> refuse(Context& context, LiteralMark message, Reply reply) {
  if (message.synchronizing) co_return reply;
  if (message.size > 2 * context.house.settings.max_message) {
    context.out << "* BYE the message is far too large\r\n";
    context.closing = true;
    co_return reply;
  }
  const auto skipped = co_await read_message(context, message.size, nullptr);
  if (!skipped) co_return skipped.error();
  const auto rest = co_await context.reader.read_line(net::after(kLiteralTimeout));
  if (!rest) co_return rest.error();
  co_return reply;
}

}  // namespace

awaitable<IoResult<Reply>> append(Context& context, Command& command, LiteralMark message) {
  auto& lexer = command.arguments;
  auto request = read_request(context, lexer);
  if (lexer.failed()) co_return co_await refuse(context, message, Reply::bad(lexer.error()));
  if (message.size > context.house.settings.max_message) {
    co_return co_await refuse(context, message,
                              Reply::no("[TOOBIG] the message is larger than is accepted here"));
  }
  if (message.size == 0)
    co_return co_await refuse(context, message, Reply::no("[CANNOT] the message is empty"));
  const auto mailbox = context.house.mailstore.mailbox(context.id(), request.path);
  if (!mailbox)
    co_return co_await refuse(context, message, Reply::no("[TRYCREATE] there is no such mailbox"));
  if (context.house.mailstore.engine().disk_low()) {
    co_return co_await refuse(context, message,
                              Reply::no("[OVERQUOTA] the server's disk is almost full"));
  }
  const auto quota = context.account->quota_bytes;
  if (quota != 0 && context.house.mailstore.usage(context.id()).bytes + message.size > quota) {
    co_return co_await refuse(context, message,
                              Reply::no("[OVERQUOTA] the account is over its quota"));
  }
  if (message.synchronizing) {
    context.out << "+ send it\r\n";
    if (auto sent = co_await context.out.flush(); !sent) co_return sent.error();
  }
  mailstore::Intake intake(context.house.mailstore.engine());
  const auto read = co_await read_message(context, message.size, &intake);
  if (!read) co_return read.error();
  const auto rest = co_await context.reader.read_line(net::after(kLiteralTimeout));
  if (!rest) co_return rest.error();
  if (*rest != "" && *rest != ")") co_return Reply::bad("unexpected text behind the message");
  if (!*read) co_return reply_for(read->error());
  auto parsed = co_await intake.finish(context.house.mailstore.pool());
  if (!parsed) co_return reply_for(parsed.error());
  request.how.mailbox = mailbox->id;
  request.how.quota_bytes = quota;
  const auto appended = co_await context.house.mailstore.append(context.id(), std::move(*parsed),
                                                                std::move(request.how));
  if (!appended) co_return reply_for(appended.error());
  if (context.state == kSelected) context.tell_news();
  co_return Reply::ok("[APPENDUID " + std::to_string(appended->uid_validity.value) + " " +
                      std::to_string(appended->uid.value) + "] APPEND completed");
}

}  // namespace freehold::imap
