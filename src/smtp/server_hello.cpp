#include "base/log.hpp"
#include "smtp/server_session.hpp"

namespace freehold::smtp {

awaitable<void> ServerSession::obey(Hello& hello) {
  end_transaction();  // RFC 5321, 4.1.4
  state_.greeted = true;
  peer_.hello = std::move(hello);
  Reply reply(250, {}, settings_.hostname);
  if (peer_.hello.kind != Hello::Kind::helo) {
    const Offer offer{settings_.max_message_size, settings_.max_recipients,
                      guard::SaslDialogue::mechanisms(*backend_.door(peer_), channel_binding())};
    for (std::string& line : extensions(state_, offer)) reply.lines.push_back(std::move(line));
  }
  say(reply);
  co_return;
}

// RFC 3207, 4.2: what was learnt in plain text is forgotten, and what was sent with it is not
// obeyed later.
awaitable<void> ServerSession::obey(StartTls&) {
  if (!reader_.buffered().empty()) {
    log::warning("smtp.injection",
                 {{"session", session_.id()}, {"peer", peer_.endpoint.address.text()}});
  }
  reader_.discard();
  say(220, {2, 0, 0}, "go ahead");
  co_await flush();
  if (over_) co_return;
  const IoResult<> done =
      co_await stream_.accept_tls(*settings_.tls, net::after(settings_.tls_wait));
  if (!done) {
    log::info("smtp.tls_failed", {{"session", session_.id()},
                                  {"peer", peer_.endpoint.address.text()},
                                  {"error", done.error().message()}});
    over_ = true;
    co_return;
  }
  end_transaction();
  state_.tls = true;
  state_.greeted = false;
  state_.logged_in = false;
  peer_.hello = {};
  peer_.login.reset();
  peer_.tls = stream_.tls();
}

awaitable<void> ServerSession::obey(Noop&) {
  say(250, {2, 0, 0}, "fine");
  co_return;
}

awaitable<void> ServerSession::obey(Help&) {
  say(214, {2, 0, 0}, "see RFC 5321; a person reads postmaster's mail");
  co_return;
}

// RFC 5321, 3.5.3: whether there is such a mailbox is told to those only who send to it.
awaitable<void> ServerSession::obey(Vrfy&) {
  say(252, {2, 1, 5}, "send and you will see");
  co_return;
}

// Refused by out_of_turn().
awaitable<void> ServerSession::obey(Expn&) { co_return; }

awaitable<void> ServerSession::obey(Quit&) {
  end_transaction();
  hang_up({221, {2, 0, 0}, "goodbye"});
  co_return;
}

}  // namespace freehold::smtp
