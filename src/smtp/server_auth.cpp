#include "base/bytes.hpp"
#include "base/log.hpp"
#include "smtp/server_metrics.hpp"
#include "smtp/server_session.hpp"

namespace freehold::smtp {

using Kind = guard::SaslDialogue::Step::Kind;

std::string ServerSession::channel_binding() const {
  return peer_.tls != nullptr ? peer_.tls->channel_binding : std::string();
}

awaitable<void> ServerSession::obey(Auth& auth) {
  const auto dialogue =
      guard::SaslDialogue::make(backend_.door(peer_), auth.mechanism, channel_binding());
  if (!dialogue) {
    refuse_command({504, {5, 5, 4}, "mechanism not offered"});
    co_return;
  }
  auto step = co_await dialogue->begin(auth.initial);
  while (step.kind == Kind::challenge) {
    const IoResult<std::string_view> line = co_await ask(step.challenge);
    if (!line || over_) co_return;
    step = co_await dialogue->answer(std::string(*line));
  }
  if (step.kind == Kind::cancelled) {
    say(501, {5, 7, 0}, "as you wish");
  } else if (step.kind == Kind::malformed) {
    refuse_command({501, {5, 5, 2}, "malformed base64"});
  } else {
    finish_login(*dialogue, step);
  }
  if (peer_.login) peer_.login->mechanism = to_upper(auth.mechanism);
}

// The client's line after a challenge; an error_code: there was none, and this has been said. Not
// by append_reply, which cuts at 512 octets: a challenge may be longer (RFC 4954, 4).
awaitable<IoResult<std::string_view>> ServerSession::ask(std::string_view challenge) {
  out_.append("334 ").append(challenge).append("\r\n");
  const IoResult<std::string_view> line = co_await next_line();
  if (line || over_) co_return line;
  if (line.error().category() == net::make_error_code(net::LineError::too_long).category()) {
    refuse_command({500, {5, 5, 6}, line.error().message()});
  } else {
    lost(line.error());
  }
  co_return line;
}

void ServerSession::finish_login(const guard::SaslDialogue& dialogue,
                                 const guard::SaslDialogue::Step& step) {
  const bool accepted = step.kind == Kind::done;
  logins_counter(accepted).add();
  const auto& name = accepted ? step.account->name : dialogue.name();
  const auto peer = peer_.endpoint.address.text();
  if (accepted) {
    log::info("smtp.login", {{"session", session_.id()}, {"peer", peer}, {"user", name}});
    peer_.login = Login{step.account->id, name};
    state_.logged_in = true;
    say(235, {2, 7, 0}, "welcome");
    return;
  }
  log::warning("smtp.login_failed", {{"session", session_.id()}, {"user", name}, {"peer", peer}});
  say(535, {5, 7, 8}, "wrong name or password");
  if (++failed_logins_ >= settings_.max_failed_logins) {
    hang_up({421, {4, 7, 0}, "too many failed logins"});
  }
}

}  // namespace freehold::smtp
