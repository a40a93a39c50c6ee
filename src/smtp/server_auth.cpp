#include "base/bytes.hpp"
#include "base/log.hpp"
#include "smtp/server_metrics.hpp"
#include "smtp/server_session.hpp"

namespace freehold::smtp {

using Kind = directory::SaslStep::Kind;

directory::SaslOffer ServerSession::sasl_offer() const {
  return {.channel_binding = peer_.tls != nullptr ? peer_.tls->channel_binding : std::string(),
          .nonce = {}};
}

awaitable<void> ServerSession::obey(Auth& auth) {
  const auto server = directory::make_sasl_server(auth.mechanism, sasl_offer());
  if (!server) {
    refuse_command({504, {5, 5, 4}, "mechanism not offered"});
    co_return;
  }
  std::optional<std::string> message;
  if (auth.initial) {
    message = *auth.initial == "=" ? std::string() : unbase64(*auth.initial);
    if (!message) refuse_command({501, {5, 5, 2}, "malformed base64"});
  } else if (server->client_first()) {
    message = co_await ask("");
  } else {
    message = std::string();
  }
  if (message) co_await exchange(*server, std::move(*message));
}

// Every mechanism ends after a few steps.
awaitable<void> ServerSession::exchange(directory::SaslServer& server, std::string message) {
  const directory::SaslIdentity& identity = server.identity();
  directory::SaslStep step = server.step(message);
  while (step.kind == Kind::challenge || step.kind == Kind::fetch_keys) {
    if (step.kind == Kind::fetch_keys) {
      const directory::ScramKeys keys = co_await backend_.scram_keys(peer_, identity.authcid);
      step = server.give_keys(keys);
    } else {
      const std::optional<std::string> answer = co_await ask(step.data);
      if (!answer) co_return;
      step = server.step(*answer);
    }
  }
  if (step.kind == Kind::check_password) {
    const auto outcome = co_await backend_.authenticate(peer_, identity);
    finish_login(identity.authcid, outcome);
  } else {
    log::debug("smtp.sasl", {{"session", session_.id()}, {"why", step.data}});
    auto outcome = co_await backend_.scram_outcome(peer_, identity, step.kind == Kind::done);
    if (step.kind != Kind::done && outcome) {
      outcome = std::unexpected(Reply(535, {5, 7, 8}, "wrong name or password"));
    }
    finish_login(identity.authcid, outcome);
  }
}

// The client's answer to a challenge; nothing: it was no answer, and this has been said. Not by
// append_reply, which cuts at 512 octets: a challenge may be longer (RFC 4954, 4).
awaitable<std::optional<std::string>> ServerSession::ask(std::string_view challenge) {
  out_ += "334 " + base64(challenge) + "\r\n";
  const IoResult<std::string_view> line = co_await next_line();
  if (over_) co_return std::nullopt;
  if (!line) {
    if (line.error().category() == net::make_error_code(net::LineError::too_long).category()) {
      refuse_command({500, {5, 5, 6}, line.error().message()});
    } else {
      lost(line.error());
    }
    co_return std::nullopt;
  }
  if (*line == "*") {
    say(501, {5, 7, 0}, "as you wish");
    co_return std::nullopt;
  }
  std::optional<std::string> answer = unbase64(*line);
  if (!answer) refuse_command({501, {5, 5, 2}, "malformed base64"});
  co_return answer;
}

void ServerSession::finish_login(std::string_view name,
                                 const std::expected<Login, Reply>& outcome) {
  logins_counter(outcome.has_value()).add();
  log::info(outcome ? "smtp.login" : "smtp.login_refused",
            {{"session", session_.id()}, {"peer", peer_.endpoint.address.text()}, {"name", name}});
  if (outcome) {
    peer_.login = *outcome;
    state_.logged_in = true;
    say(235, {2, 7, 0}, "welcome");
    return;
  }
  say(outcome.error());
  if (++failed_logins_ >= settings_.max_failed_logins) {
    hang_up({421, {4, 7, 0}, "too many failed logins"});
  }
}

}  // namespace freehold::smtp
