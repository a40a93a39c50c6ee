#include "guard/sasl_dialogue.hpp"

#include "base/bytes.hpp"

namespace freehold::guard {

using Kind = SaslDialogue::Step::Kind;
using SaslKind = directory::SaslStep::Kind;

namespace {

SaslDialogue::Step outcome(std::optional<directory::AccountInfo> account) {
  const auto kind = account ? Kind::done : Kind::refused;
  return {kind, {}, std::move(account)};
}

}  // namespace

std::vector<std::string_view> SaslDialogue::mechanisms(const LoginDoor& door,
                                                       std::string channel_binding) {
  return directory::sasl_mechanisms({std::move(channel_binding), {}, door.takes_tokens()});
}

std::unique_ptr<SaslDialogue> SaslDialogue::make(std::unique_ptr<LoginDoor> door,
                                                 std::string_view mechanism,
                                                 std::string channel_binding) {
  auto sasl = directory::make_sasl_server(mechanism,
                                          {std::move(channel_binding), {}, door->takes_tokens()});
  if (!sasl) return nullptr;
  return std::unique_ptr<SaslDialogue>(new SaslDialogue(std::move(door), std::move(sasl)));
}

awaitable<SaslDialogue::Step> SaslDialogue::begin(std::optional<std::string> initial) {
  if (!initial) {
    if (sasl_->client_first()) co_return Step{Kind::challenge, {}, {}};
    co_return co_await proceed({});
  }
  if (*initial == "=") co_return co_await proceed({});
  auto message = unbase64(*initial);
  if (!message) co_return Step{Kind::malformed, {}, {}};
  co_return co_await proceed(std::move(*message));
}

awaitable<SaslDialogue::Step> SaslDialogue::answer(std::string line) {
  if (line == "*") co_return Step{Kind::cancelled, {}, {}};
  auto message = unbase64(line);
  if (!message) co_return Step{Kind::malformed, {}, {}};
  co_return co_await proceed(std::move(*message));
}

awaitable<SaslDialogue::Step> SaslDialogue::proceed(std::string message) {
  auto step = sasl_->step(message);
  if (step.kind == SaslKind::fetch_keys) {
    const auto keys = co_await door_->scram_keys(name());
    step = sasl_->give_keys(keys);
  }
  if (step.kind == SaslKind::check_token) {
    auto account = co_await door_->token(sasl_->identity());
    if (account) co_return outcome(std::move(account));
    counted_ = true;
    step = sasl_->refuse_token();
  }
  if (step.kind == SaslKind::challenge) co_return Step{Kind::challenge, base64(step.data), {}};
  if (step.kind == SaslKind::check_password) {
    auto account = co_await door_->password(sasl_->identity());
    co_return outcome(std::move(account));
  }
  const bool proved = step.kind == SaslKind::done;
  if (!proved && counted_) co_return outcome(std::nullopt);
  auto account = co_await door_->scram_outcome(sasl_->identity(), proved);
  if (!proved) account.reset();
  co_return outcome(std::move(account));
}

}  // namespace freehold::guard
