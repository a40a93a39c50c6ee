#include "guard/login_guard.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/metrics.hpp"
#include "base/signal.hpp"
#include "guard/limits.hpp"

namespace freehold::guard {

namespace {

awaitable<void> really_sleep(std::chrono::milliseconds time) {
  Signal never;
  co_await never.wait(time);
}

// Nobody acts for another here.
bool for_another(const directory::SaslIdentity& identity) {
  return !identity.authzid.empty() && !iequals(identity.authzid, identity.authcid);
}

class GuardedDoor final : public LoginDoor {
 public:
  GuardedDoor(LoginGuard& guard, LoginSource source) : guard_(guard), source_(source) {}

  awaitable<std::optional<directory::AccountInfo>> password(
      directory::SaslIdentity identity) override {
    return guard_.password(source_, std::move(identity));
  }
  awaitable<directory::ScramKeys> scram_keys(std::string name) override {
    return guard_.scram_keys(source_, std::move(name));
  }
  awaitable<std::optional<directory::AccountInfo>> scram_outcome(directory::SaslIdentity identity,
                                                                 bool proved) override {
    return guard_.scram_outcome(source_, std::move(identity), proved);
  }
  [[nodiscard]] bool takes_tokens() const override { return guard_.takes_tokens(); }
  awaitable<std::optional<directory::AccountInfo>> token(
      directory::SaslIdentity identity) override {
    return guard_.token(source_, std::move(identity));
  }

 private:
  LoginGuard& guard_;
  LoginSource source_;
};

}  // namespace

LoginGuard::LoginGuard(directory::Directory& directory, Bans& bans, const Clock& clock)
    : LoginGuard(directory, bans, clock, really_sleep) {}

LoginGuard::LoginGuard(directory::Directory& directory, Bans& bans, const Clock& clock, Sleep sleep)
    : directory_(directory),
      bans_(bans),
      clock_(clock),
      sleep_(std::move(sleep)),
      key_(random_bytes(32)) {}

// All spellings of an account are one; names that do not exist are kept as hashes of one size.
std::string LoginGuard::name_of(const std::string& typed) const {
  if (const auto account = directory_.account(typed)) return account->name;
  return hmac_sha256(key_, to_lower(typed)).substr(0, 16);
}

double LoginGuard::failures_of(const std::string& name) const {
  const auto found = guessed_.find(name);
  if (found == guessed_.end()) return 0;
  const std::chrono::duration<double> passed = clock_.now() - found->second.at;
  const std::chrono::duration<double> half = kFailuresHalfLife;
  return found->second.failures * std::exp2(-std::max(0.0, passed / half));
}

bool LoginGuard::is_known(const std::string& name, const net::IpAddress& address) const {
  const auto found = known_.find(name);
  if (found == known_.end()) return false;
  const auto prefix = address.customer_prefix();
  return std::ranges::any_of(found->second, [&](const Known& one) {
    return one.prefix == prefix && clock_.now() - one.at < kPrefixKnownFor;
  });
}

std::chrono::milliseconds LoginGuard::delay(const LoginSource& source,
                                            const std::string& name) const {
  if (bans_.is_exempt(source.address)) return {};  // the owner gets in while he is attacked
  const auto canonical = name_of(name);
  const std::lock_guard lock(mutex_);
  if (is_known(canonical, source.address)) return {};
  const double over = failures_of(canonical) - kFailuresWithoutDelay;
  if (over < 0) return {};
  const double wait = static_cast<double>(kFirstLoginDelay.count()) * std::exp2(over);
  const double longest = static_cast<double>(kLongestLoginDelay.count());
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(wait, longest)));
}

void LoginGuard::count(const std::string& name, double failures) {
  if (guessed_.size() >= kMostGuessedNames && !guessed_.contains(name)) {
    std::erase_if(guessed_, [this](const auto& one) { return failures_of(one.first) < 0.5; });
    if (guessed_.size() >= kMostGuessedNames) guessed_.erase(guessed_.begin());
  }
  const double now = std::max(0.0, failures_of(name) + failures);
  auto& one = guessed_[name];
  one.failures = now;
  one.at = clock_.now();
}

// An attempt counts as a failure from its beginning on, else a hundred of them at once would all be
// free.
awaitable<void> LoginGuard::begin(LoginSource source, std::string name) {
  const auto wait = delay(source, name);
  {
    const auto canonical = name_of(name);
    const std::lock_guard lock(mutex_);
    count(canonical, 1);
  }
  if (wait.count() == 0) co_return;
  static auto& delayed =
      metrics::counter("freehold_guard_delayed_logins_total", "Logins that had to wait");
  delayed.add();
  co_await sleep_(wait);
}

// Takes back its own attempt only: a user who comes and goes must not help those who guess beside
// him.
void LoginGuard::succeeded(const LoginSource& source, const std::string& name) {
  const auto prefix = source.address.customer_prefix();
  const std::lock_guard lock(mutex_);
  count(name, -1);
  auto& known = known_[name];
  std::erase_if(known, [&](const Known& one) { return one.prefix == prefix; });
  if (known.size() >= kKnownPrefixes) known.erase(known.begin());
  known.push_back({prefix, clock_.now()});
}

// A program that tries its old password again every minute tells nobody anything.
bool LoginGuard::is_repeated(const LoginSource& source, const std::string& name,
                             std::string_view password) {
  if (password.empty()) return false;  // SCRAM does not show it
  std::string text(source.address.customer_prefix().bytes());
  const auto hash = read_u64(hmac_sha256(key_, text.append(password)));
  auto& wrong = guessed_[name].wrong;
  if (std::ranges::find(wrong, hash) != wrong.end()) return true;
  if (wrong.size() >= kWrongPasswordsRemembered) wrong.erase(wrong.begin());
  wrong.push_back(hash);
  return false;
}

void LoginGuard::failed(const LoginSource& source, const std::string& name,
                        std::string_view password) {
  bool known = false;
  {
    const std::lock_guard lock(mutex_);
    known = is_known(name, source.address);
    if (is_repeated(source, name, password)) {
      count(name, -1);
      return;
    }
  }
  bans_.offend(source.address, Offence::wrong_password, known ? kKnownPrefixFactor : 1);
}

awaitable<std::optional<directory::AccountInfo>> LoginGuard::password(
    LoginSource source, directory::SaslIdentity identity) {
  co_await begin(source, identity.authcid);
  auto account = co_await directory_.authenticate(identity.authcid, identity.password, source.scope,
                                                  source.address.text());
  if (for_another(identity)) account.reset();
  const auto name = name_of(identity.authcid);
  if (account) {
    succeeded(source, name);
  } else {
    failed(source, name, identity.password);
  }
  co_return account;
}

std::unique_ptr<LoginDoor> LoginGuard::door(LoginSource source) {
  return std::make_unique<GuardedDoor>(*this, source);
}

awaitable<std::optional<directory::AccountInfo>> LoginGuard::token(
    LoginSource source, directory::SaslIdentity identity) {
  // Who names nobody is slowed down for himself.
  const auto tried = identity.authcid.empty() ? source.address.text() : identity.authcid;
  co_await begin(source, tried);
  std::optional<directory::AccountInfo> account;
  if (verify_token_) {
    const auto owner = co_await verify_token_(identity.password, source);
    if (owner) account = directory_.account(*owner);
  }
  if (account && account->disabled) account.reset();
  if (account && !identity.authcid.empty()) {
    const auto named = directory_.account(identity.authcid);
    if (!named || named->id != account->id) account.reset();
  }
  const auto name = name_of(tried);
  if (account) {
    succeeded(source, name);
  } else {
    failed(source, name, identity.password);
  }
  co_return account;
}

awaitable<directory::ScramKeys> LoginGuard::scram_keys(LoginSource source, std::string name) {
  co_await begin(source, name);
  co_return directory_.scram_keys(name, source.scope);
}

awaitable<std::optional<directory::AccountInfo>> LoginGuard::scram_outcome(
    LoginSource source, directory::SaslIdentity identity, bool proved) {
  std::optional<directory::AccountInfo> account;
  if (proved && !for_another(identity)) {
    account = co_await directory_.proved(identity.authcid, source.scope, identity.secret,
                                         source.address.text());
  }
  const auto name = name_of(identity.authcid);
  if (account) {
    succeeded(source, name);
  } else {
    failed(source, name, {});
  }
  co_return account;
}

}  // namespace freehold::guard
