#include "smtp/session_state.hpp"

namespace freehold::smtp {

namespace {

using Refusal = std::optional<Reply>;
using Chunks = SessionState::Chunks;

Refusal bad_sequence(std::string why) { return Reply(503, {5, 5, 1}, std::move(why)); }

// Everything else may come at any time.
struct Turn {
  const SessionState& state;

  template <class Any>
  Refusal operator()(const Any&) const {
    return std::nullopt;
  }

  Refusal operator()(const Hello& hello) const {
    if ((hello.kind == Hello::Kind::lhlo) == (state.role == Role::lmtp)) return std::nullopt;
    return Reply(500, {5, 5, 1}, state.role == Role::lmtp ? "say LHLO" : "this is no LMTP");
  }

  Refusal operator()(const Mail& mail) const {
    if (!state.greeted) return bad_sequence("say EHLO first");
    if (state.in_transaction) return bad_sequence("there is a sender already");
    if (state.role == Role::submission) {
      if (!state.tls) return Reply(530, {5, 7, 0}, "use STARTTLS first");
      if (!state.logged_in) return Reply(530, {5, 7, 0}, "log in first");
    }
    if (mail.parameters.require_tls && !state.tls) {
      return Reply(530, {5, 7, 10}, "REQUIRETLS needs TLS");
    }
    return std::nullopt;
  }

  Refusal operator()(const Rcpt&) const {
    if (!state.in_transaction) return bad_sequence("say MAIL first");
    if (state.chunks != Chunks::none) return bad_sequence("the message has begun");
    return std::nullopt;
  }

  Refusal operator()(const Data&) const {
    if (!state.in_transaction) return bad_sequence("say MAIL first");
    if (state.chunks != Chunks::none) return bad_sequence("go on with BDAT");
    if (state.binary) return bad_sequence("BINARYMIME needs BDAT");  // RFC 3030, 3
    return need_recipient();
  }

  Refusal operator()(const Bdat&) const {
    if (!state.in_transaction) return bad_sequence("say MAIL first");
    if (state.chunks == Chunks::spoiled) return bad_sequence("a chunk was refused; say RSET");
    return need_recipient();
  }

  Refusal operator()(const StartTls&) const {
    if (state.tls) return bad_sequence("TLS is on already");
    if (!state.tls_offered) return Reply(502, {5, 5, 1}, "no TLS here");
    return std::nullopt;
  }

  Refusal operator()(const Auth&) const {
    if (state.role != Role::submission) return Reply(502, {5, 5, 1}, "no logins here");
    if (!state.greeted) return bad_sequence("say EHLO first");
    if (!state.tls) return Reply(538, {5, 7, 11}, "use STARTTLS first");
    if (state.logged_in) return bad_sequence("you are logged in");
    if (state.in_transaction) return bad_sequence("not within a transaction");
    return std::nullopt;
  }

  Refusal operator()(const Expn&) const { return Reply(502, {5, 5, 1}, "EXPN is not offered"); }

  Refusal need_recipient() const {
    if (state.recipients != 0) return std::nullopt;
    // RFC 2033, 4.2 has 503 for LMTP; RFC 5321, 3.3 has 554 ("no valid recipients").
    return Reply(state.role == Role::lmtp ? 503 : 554, {5, 5, 1}, "no valid recipients");
  }
};

}  // namespace

std::optional<Reply> out_of_turn(const SessionState& state, const Command& command) {
  return std::visit(Turn{state}, command);
}

std::vector<std::string> extensions(const SessionState& state, const Offer& offer) {
  std::vector<std::string> out{"PIPELINING", "SIZE " + std::to_string(offer.max_message_size),
                               "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"};
  if (state.tls_offered && !state.tls) out.emplace_back("STARTTLS");
  out.insert(out.end(), {"CHUNKING", "BINARYMIME", "DSN",
                         "LIMITS RCPTMAX=" + std::to_string(offer.max_recipients)});
  if (state.tls) out.emplace_back("REQUIRETLS");
  if (state.role == Role::submission && state.tls) {
    std::string& auth = out.emplace_back("AUTH");
    for (const std::string_view mechanism : offer.mechanisms) auth.append(" ").append(mechanism);
  }
  out.emplace_back("HELP");
  return out;
}

}  // namespace freehold::smtp
