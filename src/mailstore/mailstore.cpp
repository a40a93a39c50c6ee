#include "mailstore/mailstore.hpp"

#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

class RegisteredWatch final : public Mailstore::Watch {
 public:
  RegisteredWatch(Watchers& watchers, AccountId account, std::function<void(AccountId)> wake)
      : watchers_(watchers), account_(account), number_(watchers.add(account, std::move(wake))) {}
  ~RegisteredWatch() override { watchers_.remove(account_, number_); }
  RegisteredWatch(const RegisteredWatch&) = delete;
  RegisteredWatch& operator=(const RegisteredWatch&) = delete;

 private:
  Watchers& watchers_;
  AccountId account_;
  std::uint64_t number_;
};

}  // namespace

std::uint64_t Watchers::add(AccountId account, std::function<void(AccountId)> wake) {
  std::lock_guard lock(mutex_);
  watchers_[account][++last_] = std::move(wake);
  return last_;
}

void Watchers::remove(AccountId account, std::uint64_t number) {
  std::lock_guard lock(mutex_);
  auto& of_account = watchers_[account];
  of_account.erase(number);
  if (of_account.empty()) watchers_.erase(account);
}

void Watchers::wake(AccountId account) {
  std::lock_guard lock(mutex_);
  for (const auto of : {account, AccountId()}) {
    const auto found = watchers_.find(of);
    if (found == watchers_.end()) continue;
    for (const auto& [number, wake] : found->second) wake(account);
  }
}

Problem no_such_mailbox(std::string_view path) {
  return problem(Problem::Kind::not_found, path.empty()
                                               ? "the mailbox does not exist"
                                               : "there is no mailbox '" + std::string(path) + "'");
}

Problem over_quota() {
  return problem(Problem::Kind::denied, "the account is over its quota", {},
                 "delete mail, or have the quota raised");
}

std::shared_ptr<store::Lane> Mailstore::State::lane(AccountId account) {
  std::lock_guard lock(mutex);
  auto& lane = lanes[account];
  if (!lane) lane = std::make_shared<store::Lane>(engine);
  return lane;
}

awaitable<Result<>> Mailstore::State::change(AccountId account,
                                             std::function<Result<>(AccountChange&)> make) {
  const auto lane = this->lane(account);
  std::optional<Snapshots::Step> step;
  Result<> outcome = co_await lane->run([&](store::Transaction& tx) -> Result<> {
    AccountChange change(tx, account, clock.now(), snapshots, trees);
    if (keep_expunged == std::chrono::days(0)) change.keep_nothing();
    if (auto made = make(change); !made) return made;
    step = change.finish();
    return {};
  });
  if (outcome && step) snapshots.advance(account, std::move(*step));
  if (outcome && !step) trees.forget(account);
  if (outcome) watchers.wake(account);
  co_return outcome;
}

Result<> Mailstore::State::may_grow() const {
  if (!engine.disk_low()) return {};
  return problem(Problem::Kind::unavailable, "the server's disk is almost full", {},
                 "the operator has to make room; reading and deleting go on");
}

Mailstore::Mailstore(store::Engine& engine, Pool& pool, const Clock& clock,
                     std::chrono::days keep_expunged)
    : state_(std::make_unique<State>(engine, pool, clock, keep_expunged)) {}
Mailstore::~Mailstore() = default;

store::Engine& Mailstore::engine() const { return state_->engine; }
std::chrono::days Mailstore::keep_expunged() const { return state_->keep_expunged; }
Pool& Mailstore::pool() const { return state_->pool; }
const Clock& Mailstore::clock() const { return state_->clock; }

std::unique_ptr<Mailstore::Watch> Mailstore::watch(AccountId account, std::function<void()> wake) {
  return std::make_unique<RegisteredWatch>(state_->watchers, account,
                                           [wake = std::move(wake)](AccountId) { wake(); });
}

std::unique_ptr<Mailstore::Watch> Mailstore::watch_all(std::function<void(AccountId)> wake) {
  return std::make_unique<RegisteredWatch>(state_->watchers, AccountId(), std::move(wake));
}

Usage Mailstore::usage(AccountId account) const {
  const auto state =
      store::read<schema::AccountState>(state_->engine.latest(), keys::account_state(account));
  if (!state) return {};
  return {state->used_bytes(), state->emails(), state->expunged_bytes(), state->expunged_emails()};
}

ModSeq Mailstore::modseq(AccountId account) const {
  const auto state =
      store::read<schema::AccountState>(state_->engine.latest(), keys::account_state(account));
  return ModSeq(state ? state->modseq() : 0);
}

}  // namespace freehold::mailstore
