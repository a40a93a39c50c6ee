#include "cli/listeners.hpp"

#include "http/server.hpp"

namespace freehold::cli {

Result<> Listeners::open() {
  const auto& listen = config_.listen;
  for (const auto& at : listen.smtp) smtp("smtp", at, smtp::Role::mx, false);
  for (const auto& at : listen.submission) smtp("submission", at, smtp::Role::submission, false);
  for (const auto& at : listen.submissions) smtp("submissions", at, smtp::Role::submission, true);
  if (!listen.lmtp.empty()) smtp("lmtp", listen.lmtp.string(), smtp::Role::lmtp, false);
  for (const auto& at : listen.imap) imap("imap", at, false);
  for (const auto& at : listen.imaps) imap("imaps", at, true);
  for (const auto& at : listen.pop3) pop3("pop3", at, false);
  for (const auto& at : listen.pop3s) pop3("pop3s", at, true);
  for (const auto& at : listen.https) https(at);
  add({"control", config_.control.string(), nullptr, {}, {}, {}},
      [this](net::Stream& stream, net::Session& session) {
        return api::serve(stream, session, house_.api);
      });
  return outcome_;
}

void Listeners::smtp(std::string name, At at, smtp::Role role, bool implicit) {
  auto& settings = smtp_settings_.emplace_back();
  settings.role = role;
  settings.hostname = config_.hostname;
  settings.max_message_size = config_.limits.message_bytes;
  settings.tls = role == smtp::Role::lmtp ? nullptr : tls_.server.get();
  add({std::move(name), std::move(at), implicit ? tls_.server.get() : nullptr, config_.proxies,
       "421 4.3.2 too many connections, try later\r\n",
       role == smtp::Role::lmtp ? config_.listen.lmtp_group : std::string(),
       "421 4.7.0 too many errors from your address, try later\r\n"},
      [this, &settings](net::Stream& stream, net::Session& session) {
        return smtp::serve(stream, session, house_.reception, settings);
      });
}

void Listeners::imap(std::string name, At at, bool implicit) {
  add({std::move(name),
       std::move(at),
       implicit ? tls_.server.get() : nullptr,
       config_.proxies,
       "* BYE too many connections, try later\r\n",
       {},
       "* BYE too many errors from your address, try later\r\n"},
      [this](net::Stream& stream, net::Session& session) {
        return imap::serve(stream, session, house_.imap);
      });
}

void Listeners::pop3(std::string name, At at, bool implicit) {
  add({std::move(name),
       std::move(at),
       implicit ? tls_.server.get() : nullptr,
       config_.proxies,
       "-ERR [SYS/TEMP] too many connections, try later\r\n",
       {},
       "-ERR [SYS/TEMP] too many errors from your address, try later\r\n"},
      [this](net::Stream& stream, net::Session& session) {
        return pop3::serve(stream, session, house_.pop3);
      });
}

void Listeners::https(At at) {
  add({"https", std::move(at), tls_.server.get(), config_.proxies, {}, {}},
      [this](net::Stream& stream, net::Session& session) {
        return http::serve(stream, session, house_.web, system_clock());
      });
}

void Listeners::add(net::ListenerSettings settings, net::Serve serve) {
  if (!outcome_) return;
  outcome_ = server_.listen(std::move(settings), std::move(serve));
}

}  // namespace freehold::cli
