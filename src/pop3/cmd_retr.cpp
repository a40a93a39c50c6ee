#include "base/log.hpp"
#include "net/dot_stuffer.hpp"
#include "pop3/excerpt.hpp"
#include "pop3/session.hpp"
#include "store/reader.hpp"

// RETR and TOP: a message's text, piece by piece.
namespace freehold::pop3 {

namespace {

// A message's octets in pieces: this recipient's own fields, then the body.
class Source {
 public:
  explicit Source(mailstore::Mailstore::Opened opened) : opened_(std::move(opened)) {}

  [[nodiscard]] bool at_end() const { return opened_.prefix.empty() && at_ >= opened_.body.size(); }
  // Empty before the end: it cannot be read.
  [[nodiscard]] std::string next() {
    if (!opened_.prefix.empty()) return std::exchange(opened_.prefix, {});
    try {
      auto piece = opened_.body.read(at_);
      at_ += piece.size();
      return piece;
    } catch (const store::ReadError&) {  // the answer has begun, so it is too late for another
      return {};
    }
  }

 private:
  mailstore::Mailstore::Opened opened_;
  std::uint64_t at_ = 0;
};

// All of it, or what TOP shows. A message that cannot be read to its end is a broken connection and
// never one that seems complete.
awaitable<IoResult<>> put_text(Context& context, Source source, std::optional<Excerpt> excerpt) {
  auto& out = context.out;
  net::DotStuffer stuffer;
  while (!source.at_end() && !(excerpt && excerpt->complete())) {
    const auto piece = source.next();
    if (piece.empty()) {
      log::error("pop3.message_unreadable", {{"session", context.session.id()}});
      co_return make_error_code(boost::system::errc::io_error);
    }
    stuffer.add(excerpt ? excerpt->take(piece) : std::string_view(piece), out.buffer());
    if (!out.wants_flush()) continue;
    if (auto sent = co_await out.flush(); !sent) co_return sent;
  }
  stuffer.finish(out.buffer());
  co_return IoResult<>();
}

awaitable<Reply> send_message(Context& context, Command command, std::optional<Excerpt> excerpt) {
  const auto* message = context.drop.find(*command.message);
  if (message == nullptr) co_return Reply::err("there is no such message");
  auto opened = context.house.mailstore.open(context.account->id, message->email);
  if (!opened) co_return Reply::err("the message was removed by another program");
  context.out << "+OK ";
  if (excerpt) {
    context.out << "so it begins\r\n";
  } else {
    context.out << message->size << " octets\r\n";
  }
  const auto sent = co_await put_text(context, Source(std::move(*opened)), excerpt);
  if (!sent) context.closing = true;
  co_return Reply::said();
}

}  // namespace

awaitable<Reply> retr(Context& context, Command command) {
  co_return co_await send_message(context, std::move(command), std::nullopt);
}

awaitable<Reply> top(Context& context, Command command) {
  const Excerpt excerpt(command.lines);
  co_return co_await send_message(context, std::move(command), excerpt);
}

}  // namespace freehold::pop3
