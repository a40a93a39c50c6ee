#include "smtp/server.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "smtp/server_metrics.hpp"
#include "smtp/server_session.hpp"

namespace freehold::smtp {

namespace {

bool is_line_error(const error_code& error) {
  return error.category() == net::make_error_code(net::LineError::too_long).category();
}

}  // namespace

ServerSession::ServerSession(net::Stream& stream, net::Session& session, Backend& backend,
                             const ServerSettings& settings)
    : stream_(stream),
      session_(session),
      backend_(backend),
      settings_(settings),
      reader_(stream, kMaxAuthLine + 2),
      login_deadline_(net::after(settings.login_wait)) {
  state_.role = settings.role;
  state_.tls = stream.tls() != nullptr;
  state_.tls_offered = settings.tls != nullptr;
  peer_.role = settings.role;
  peer_.session = session.id();
  peer_.endpoint = stream.peer();
  peer_.tls = stream.tls();
  peer_.visit = backend.visit(peer_);
}

awaitable<void> ServerSession::run() {
  sessions_counter(settings_.role).add();
  session_.on_drain([&stream = stream_] { stream.interrupt(); });
  co_await greet();
  while (!over_) {
    const IoResult<std::string_view> line = co_await next_line();
    if (over_) break;
    if (line) {
      co_await obey_line(*line);
    } else if (is_line_error(line.error())) {
      refuse_command({500, {5, 5, 2}, line.error().message()});
    } else {
      lost(line.error());
    }
  }
  co_await flush();
  if (peer_.visit) co_await peer_.visit->leave();
}

// RFC 5321, 4.3.1: a client waits for the greeting. One that does not reads no replies either.
awaitable<void> ServerSession::greet() {
  const auto pause =
      settings_.role == Role::mx ? backend_.greeting_pause(peer_) : std::chrono::milliseconds(0);
  if (pause.count() > 0) {
    const IoResult<net::Wake> early = co_await reader_.wait_readable(net::after(pause));
    if (early && *early == net::Wake::readable) {
      log::info("smtp.early_talker",
                {{"session", session_.id()}, {"peer", peer_.endpoint.address.text()}});
      backend_.misdeed(peer_, Misdeed::early_talk);
      hang_up({554, {}, settings_.hostname + " you speak before you are greeted"});
      co_return;
    }
    if (!early && early.error() != boost::system::errc::timed_out) {
      over_ = true;  // it has gone
      co_return;
    }
  }
  say(220, {}, settings_.hostname + (settings_.role == Role::lmtp ? " LMTP" : " ESMTP"));
}

awaitable<void> ServerSession::obey_line(std::string_view line) {
  auto command = parse_command(line);
  if (!command) {
    refuse_command(command.error());
    co_return;
  }
  if (auto refusal = out_of_turn(state_, *command)) {
    // The bytes of a chunk come whatever we say (RFC 3030, 2).
    if (const Bdat* bdat = std::get_if<Bdat>(&*command)) {
      co_await spoil_chunk(*bdat, *refusal);
    } else {
      refuse_command(*refusal);
    }
    co_return;
  }
  co_await std::visit([this](auto& wanted) { return obey(wanted); }, *command);
}

// Writes the replies gathered so far when there is no further command at hand to go on with.
awaitable<IoResult<std::string_view>> ServerSession::next_line() {
  const bool more = reader_.buffered().find('\n') != std::string_view::npos;
  if (!more || out_.size() > kMaxPendingReplies) co_await flush();
  if (over_) co_return std::string_view();
  if (session_.draining()) {
    hang_up({421, {4, 3, 2}, settings_.hostname + " is going down for a moment"});
    co_return std::string_view();
  }
  net::Deadline deadline = net::after(settings_.command_wait);
  if (settings_.role == Role::submission && !state_.logged_in) {
    deadline = std::min(deadline, login_deadline_);
  }
  const IoResult<net::Wake> wake = co_await reader_.wait_readable(deadline);
  if (!wake) co_return wake.error();
  if (*wake == net::Wake::interrupted) {
    hang_up({421, {4, 3, 2}, settings_.hostname + " is going down for a moment"});
    co_return std::string_view();
  }
  co_return co_await reader_.read_line(deadline);
}

awaitable<void> ServerSession::flush() {
  if (out_.empty()) co_return;
  const IoResult<> written = co_await stream_.write(out_, net::after(settings_.write_wait));
  out_.clear();
  if (!written) over_ = true;
}

void ServerSession::hang_up(Reply reply) {
  say(reply);
  over_ = true;
}

void ServerSession::refuse_command(const Reply& reply) {
  say(reply);
  if (++bad_commands_ >= settings_.max_bad_commands) {
    log::info("smtp.too_many_errors", {{"session", session_.id()}});
    backend_.misdeed(peer_, Misdeed::protocol_junk);
    hang_up({421, {4, 7, 0}, "too many errors"});
  }
}

void ServerSession::lost(const error_code& error) {
  over_ = true;
  if (error == boost::system::errc::timed_out) say(421, {4, 4, 2}, "you have been silent too long");
  if (transaction_) {
    log::info(
        "smtp.lost",
        {{"session", session_.id()}, {"message", transaction_->id}, {"error", error.message()}});
  }
}

void ServerSession::log_refusal(std::string_view stage, std::string_view address,
                                const Reply& reply) const {
  log::info("smtp.refused", {{"session", session_.id()},
                             {"peer", peer_.endpoint.address.text()},
                             {"stage", stage},
                             {"address", address},
                             {"reply", reply.full_text()}});
}

awaitable<void> serve(net::Stream& stream, net::Session& session, Backend& backend,
                      const ServerSettings& settings) {
  ServerSession dialogue(stream, session, backend, settings);
  co_await dialogue.run();
}

}  // namespace freehold::smtp
