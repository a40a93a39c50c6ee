#include "smtp/client.hpp"

#include "smtp/limits.hpp"

namespace freehold::smtp {

namespace {

using Kind = ClientOutcome::Kind;
using Tls = ClientSettings::Tls;

}  // namespace

Client::Client(net::Stream& stream, const ClientSettings& settings)
    : stream_(stream), settings_(settings), reader_(stream, kMaxReplyLineRead) {}

awaitable<ClientOutcome> Client::open() {
  ClientOutcome outcome = co_await read_reply(settings_.greeting_wait);
  if (outcome.ok()) outcome = co_await hello();
  if (outcome.ok() && stream_.tls() == nullptr) outcome = co_await start_tls();
  if (outcome.ok() && settings_.login) outcome = co_await log_in();
  if (!outcome.ok()) usable_ = false;
  co_return outcome;
}

awaitable<ClientOutcome> Client::hello() {
  offered_ = {};
  const std::string verb = settings_.lmtp ? "LHLO " : "EHLO ";
  ClientOutcome outcome = co_await command(verb + settings_.hostname + "\r\n");
  if (outcome.ok()) {
    offered_ = read_capabilities(outcome.reply);
  } else if (outcome.kind == Kind::answered && outcome.reply.permanent() && !settings_.lmtp) {
    outcome = co_await command("HELO " + settings_.hostname + "\r\n");
  }
  co_return outcome;
}

awaitable<ClientOutcome> Client::start_tls() {
  const bool needed = settings_.tls == Tls::required;
  const bool wanted = settings_.tls != Tls::never && settings_.tls_context != nullptr;
  if (!wanted || !offered_.starttls) {
    if (!needed) co_return ClientOutcome{};
    co_return ClientOutcome{Kind::no_tls, {451, {4, 7, 10}, "TLS is required and not offered"}};
  }
  ClientOutcome outcome = co_await command("STARTTLS\r\n");
  if (!outcome.ok()) {
    if (outcome.kind == Kind::answered && usable_)
      outcome.kind = needed ? Kind::no_tls : Kind::done;
    co_return outcome;
  }
  if (!reader_.buffered().empty()) {  // sent by somebody in between, to be read as if under TLS
    usable_ = false;
    co_return ClientOutcome{Kind::tls, {451, {4, 7, 5}, "plain text after the reply to STARTTLS"}};
  }
  const IoResult<> done = co_await stream_.connect_tls(*settings_.tls_context, settings_.tls_peer,
                                                       net::after(settings_.command_wait));
  if (!done) {
    usable_ = false;
    const std::string why = "TLS handshake failed: " + done.error().message();
    co_return ClientOutcome{Kind::tls, {451, {4, 7, 5}, why}, net::certificate_fault(done.error())};
  }
  co_return co_await hello();
}

awaitable<void> Client::quit() {
  if (!usable_) co_return;
  usable_ = false;
  const IoResult<> written = co_await stream_.write("QUIT\r\n", net::after(settings_.block_wait));
  // The reply is of no interest, but a server that is hung up on too early logs an error.
  if (written) (void)co_await read_reply(std::chrono::seconds(5));
}

awaitable<ClientOutcome> Client::command(std::string line) {
  const IoResult<> written = co_await write(line);
  if (!written) co_return lose(written.error(), "sending");
  co_return co_await read_reply(settings_.command_wait);
}

awaitable<IoResult<>> Client::write(std::string_view bytes) {
  co_return co_await stream_.write(bytes, net::after(settings_.block_wait));
}

awaitable<ClientOutcome> Client::read_reply(std::chrono::milliseconds wait) {
  ReplyParser parser;
  const net::Deadline deadline = net::after(wait);
  while (true) {
    const IoResult<std::string_view> line = co_await reader_.read_line(deadline);
    if (!line) co_return lose(line.error(), "waiting for a reply");
    const ReplyParser::State state = parser.add_line(*line);
    if (state == ReplyParser::State::malformed) {
      usable_ = false;
      co_return ClientOutcome{Kind::lost, {451, {4, 5, 0}, "the server's reply is malformed"}};
    }
    if (state == ReplyParser::State::complete) break;
  }
  Reply reply = parser.take();
  if (reply.code == 421) usable_ = false;  // RFC 5321, 3.8: the server closes
  const Kind kind = reply.positive() ? Kind::done : Kind::answered;
  co_return ClientOutcome{kind, std::move(reply)};
}

ClientOutcome Client::lose(const error_code& error, std::string_view what) {
  usable_ = false;
  const bool slow = error == boost::system::errc::timed_out;
  std::string text = (slow ? "timed out " : "connection lost ") + std::string(what) + ": ";
  return {Kind::lost, {451, {4, 4, 2}, text + error.message()}};
}

}  // namespace freehold::smtp
