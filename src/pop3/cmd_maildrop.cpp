#include "pop3/session.hpp"

// STAT, LIST, UIDL, DELE and RSET: what the maildrop knows by itself.
namespace freehold::pop3 {

namespace {

Reply no_such_message() { return Reply::err("there is no such message"); }

// An answer about one message or about all: "number text".
template <class TextOf>
awaitable<Reply> tell(Context& context, Command command, TextOf text_of) {
  auto& drop = context.drop;
  if (command.message) {
    const auto* message = drop.find(*command.message);
    if (message == nullptr) co_return no_such_message();
    co_return Reply::ok(std::to_string(*command.message) + " " + text_of(*message));
  }
  context.out << "+OK messages: " << drop.count() << ", octets: " << drop.bytes() << "\r\n";
  std::uint64_t number = 0;
  for (const auto& message : drop.all()) {
    ++number;
    if (message.deleted) continue;
    context.out << number << " " << text_of(message) << "\r\n";
    if (context.out.wants_flush() && !co_await context.out.flush()) {
      context.closing = true;
      co_return Reply::said();
    }
  }
  context.out << ".\r\n";
  co_return Reply::said();
}

}  // namespace

awaitable<Reply> stat(Context& context, Command) {
  co_return Reply::ok(std::to_string(context.drop.count()) + " " +
                      std::to_string(context.drop.bytes()));
}

awaitable<Reply> list(Context& context, Command command) {
  co_return co_await tell(context, std::move(command), [](const Maildrop::Message& message) {
    return std::to_string(message.size);
  });
}

awaitable<Reply> uidl(Context& context, Command command) {
  co_return co_await tell(
      context, std::move(command),
      [&context](const Maildrop::Message& message) { return context.drop.unique_id(message); });
}

awaitable<Reply> dele(Context& context, Command command) {
  auto* message = context.drop.find(*command.message);
  if (message == nullptr) co_return no_such_message();
  context.drop.mark(*message);
  co_return Reply::ok("it goes when you QUIT");
}

awaitable<Reply> rset(Context& context, Command) {
  context.drop.clear_marks();
  co_return Reply::ok("messages: " + std::to_string(context.drop.count()));
}

}  // namespace freehold::pop3
