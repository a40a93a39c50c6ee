#include "imap/session.hpp"

// COMPRESS (RFC 4978).
namespace freehold::imap {

awaitable<Reply> compress(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto algorithm = lexer.keyword();
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (algorithm != "DEFLATE") co_return Reply::no("[CANNOT] only DEFLATE is offered");
  if (context.stream.active()) {
    co_return Reply::no("[COMPRESSIONACTIVE] the connection is compressed already");
  }
  context.out << command.tag << " OK DEFLATE begins\r\n";
  if (!co_await context.out.flush()) {
    context.closing = true;
    co_return Reply::said();
  }
  // RFC 4978, 3: whatever follows the command is compressed, even when it did not wait for our OK.
  context.stream.start(context.reader.buffered());
  context.reader.discard();
  co_return Reply::said();
}

}  // namespace freehold::imap
