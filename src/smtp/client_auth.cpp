#include "base/bytes.hpp"
#include "smtp/client.hpp"

namespace freehold::smtp {

namespace {

using Kind = ClientOutcome::Kind;

constexpr std::size_t kMaxInitial =
    480;  // a longer one would make the AUTH command longer than 512 octets
constexpr int kMaxRounds = 8;

ClientOutcome refused(std::string why) {
  return {Kind::answered, {454, {4, 7, 0}, std::move(why)}};
}

}  // namespace

awaitable<ClientOutcome> Client::log_in() {
  const bool plain_allowed = stream_.tls() != nullptr || settings_.plain_login_without_tls;
  const auto mechanism =
      directory::make_sasl_client(offered_.auth, *settings_.login, plain_allowed);
  if (!mechanism) co_return refused("the server offers no mechanism to log in with");
  std::string line = "AUTH " + std::string(mechanism->name());
  const std::optional<std::string> initial = mechanism->initial();
  const std::string encoded = initial ? base64(*initial) : std::string();
  const bool with_command = initial && encoded.size() <= kMaxInitial;
  if (with_command) line += ' ' + (encoded.empty() ? "=" : encoded);
  ClientOutcome outcome = co_await command(line + "\r\n");
  if (initial && !with_command && outcome.reply.code == 334) {
    outcome = co_await command(encoded + "\r\n");
  }
  co_return co_await answer_challenges(*mechanism, std::move(outcome));
}

awaitable<ClientOutcome> Client::answer_challenges(directory::SaslClient& mechanism,
                                                   ClientOutcome last) {
  for (int round = 0; last.ok() && last.reply.code == 334; ++round) {
    const auto challenge = unbase64(trim(last.reply.text()));
    std::optional<std::string> answer;
    if (challenge && round < kMaxRounds) answer = mechanism.respond(*challenge);
    if (!answer) {
      (void)co_await command("*\r\n");
      co_return refused("the server could not prove that it knows us");
    }
    last = co_await command(base64(*answer) + "\r\n");
  }
  if (last.ok() && (last.reply.code != 235 || !mechanism.complete())) {
    co_return refused("the server ended the login too early");
  }
  co_return last;
}

}  // namespace freehold::smtp
