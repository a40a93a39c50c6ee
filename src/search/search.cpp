#include "search/search.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/pool.hpp"
#include "search/account_index.hpp"
#include "search/limits.hpp"
#include "store/keys.hpp"

namespace freehold::search {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Step = AccountIndex::Step;

// Accounts that wait for their next step, each once, by the time when it is due. Thread-safe.
class Agenda {
 public:
  // What is due earlier stays so.
  void add(AccountId account, Clock::time_point when) {
    const std::lock_guard lock(mutex_);
    const auto [place, is_new] = when_.try_emplace(account, when);
    if (!is_new) {
      if (place->second <= when) return;
      due_.erase({place->second, account});
      place->second = when;
    }
    due_.emplace(when, account);
    changed_.notify_all();
  }

  // Waits for the next; nothing: stop was asked for.
  std::optional<AccountId> next(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      if (due_.empty()) {
        changed_.wait(lock, stop, [this] { return !due_.empty(); });
        continue;
      }
      const auto [when, account] = *due_.begin();
      if (when <= Clock::now()) {
        due_.erase(due_.begin());
        when_.erase(account);
        return account;
      }
      changed_.wait_until(lock, stop, when,
                          [&] { return due_.empty() || due_.begin()->first < when; });
    }
    return std::nullopt;
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return due_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::pair<Clock::time_point, AccountId>> due_;
  std::unordered_map<AccountId, Clock::time_point> when_;
};

metrics::Timer& query_time() {
  static auto& timer = metrics::timer("freehold_search_seconds", "What a full-text query took");
  return timer;
}
metrics::Gauge& accounts_behind() {
  static auto& gauge = metrics::gauge("freehold_search_accounts_behind",
                                      "Accounts whose full-text index has work to do");
  return gauge;
}
metrics::Gauge& messages_behind() {
  static auto& gauge =
      metrics::gauge("freehold_search_lag_messages",
                     "Messages that the account indexed last has still to be given to its index");
  return gauge;
}

// Mail goes before its index, which takes what is left of the machine.
void be_modest() {
  constexpr int kNice = 19;
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNice));
}

}  // namespace

struct Search::State {
  State(mailstore::Mailstore& of_mailstore, Settings settings)
      : shared{of_mailstore, std::move(settings.folder), std::move(settings.extractors)} {}

  IndexSettings shared;
  Agenda agenda;
  std::mutex mutex;
  // Shared with those who work on them.
  std::unordered_map<AccountId, std::shared_ptr<AccountIndex>> indexes;
  std::list<AccountId> open;  // for reading, the one used last in front

  std::unique_ptr<mailstore::Mailstore::Watch> watch;
  std::jthread worker;
  Pool pool{kQueryThreads};

  std::shared_ptr<AccountIndex> index_of(AccountId account) {
    const std::lock_guard lock(mutex);
    auto& index = indexes[account];
    if (!index) index = std::make_shared<AccountIndex>(shared, account);
    return index;
  }

  // Bounds how many are open.
  void note_use(AccountId account) {
    std::shared_ptr<AccountIndex> oldest;
    {
      const std::lock_guard lock(mutex);
      open.remove(account);
      open.push_front(account);
      if (open.size() <= kOpenIndexes) return;
      const auto found = indexes.find(open.back());
      if (found != indexes.end()) oldest = found->second;
      open.pop_back();
    }
    if (oldest) oldest->rest();
  }

  void forget(AccountId account) {
    const std::lock_guard lock(mutex);
    indexes.erase(account);
    open.remove(account);
  }

  void work(const std::stop_token& stop);
  void begin();
  Clock::duration step(AccountId account, const std::stop_token& stop);
  Candidates find(AccountId account, const Query& query);
};

// All accounts may have changed while we were away; what has no account any more goes.
void Search::State::begin() {
  const auto now = Clock::now();
  std::set<AccountId> accounts;
  shared.mailstore.engine().latest().scan(
      store::prefix_range(store::keys::table(store::keys::Table::account_state)),
      [&](std::string_view key, std::string_view) {
        accounts.insert(store::keys::account_of(key));
        return true;
      });
  for (const auto account : accounts) agenda.add(account, now);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(shared.folder, ignored)) {
    const auto number = parse_number(entry.path().filename().string());
    if (!number || !accounts.contains(AccountId(*number))) fs::remove_all(entry.path(), ignored);
  }
}

// One account's next step; after how long it has to be called again, zero: when it changes.
Clock::duration Search::State::step(AccountId account, const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kAtOnce{1};
  const auto index = index_of(account);
  auto outcome = index->advance(stop);
  if (outcome == Step::done) outcome = index->extract_some(stop);
  messages_behind().set(outcome == Step::gone ? 0 : static_cast<double>(index->missing()));
  switch (outcome) {
    case Step::more:
      return kAtOnce;
    case Step::busy:
      return kGather;
    case Step::paused:
      return kDiskPause;
    case Step::gone:
      forget(account);
      break;
    case Step::done:
      break;
  }
  return {};
}

void Search::State::work(const std::stop_token& stop) {
  be_modest();
  begin();
  while (const auto account = agenda.next(stop)) {
    accounts_behind().set(static_cast<double>(agenda.size() + 1));
    Clock::duration again{};
    try {
      again = step(*account, stop);
    } catch (const std::exception& error) {
      log::error("search.step_failed", {{"account", account->value}, {"error", error.what()}});
      again = kErrorPause;
    }
    if (again != Clock::duration()) agenda.add(*account, Clock::now() + again);
    accounts_behind().set(static_cast<double>(agenda.size()));
  }
}

Candidates Search::State::find(AccountId account, const Query& query) {
  const auto began = Clock::now();
  const auto index = index_of(account);
  note_use(account);
  const auto missing = index->missing();
  // Only the index knows what is fuzzy; else the caller looks at a few faster than a commit is, and
  // at a field of any of them.
  const bool of_field = query.scope != Query::Scope::body && query.scope != Query::Scope::text;
  const auto bearable = query.fuzzy ? 0 : of_field ? kCatchUpAtMost : kCatchUpFrom;
  if (missing > bearable && missing <= kCatchUpAtMost) static_cast<void>(index->advance());
  auto found = index->find(query);
  if (index->damaged()) agenda.add(account, Clock::now());
  query_time().observe(std::chrono::duration<double>(Clock::now() - began).count());
  return found;
}

Search::Search(mailstore::Mailstore& mailstore, Settings settings)
    : state_(std::make_unique<State>(mailstore, std::move(settings))) {
  auto& state = *state_;
  state.watch = mailstore.watch_all(
      [&state](AccountId account) { state.agenda.add(account, Clock::now() + kGather); });
  state.worker = std::jthread([&state](std::stop_token stop) {
    try {
      state.work(stop);
    } catch (const std::exception& error) {
      log::error("search.stopped", {{"error", error.what()}});
    }
  });
}

Search::~Search() { state_->watch.reset(); }

awaitable<Candidates> Search::find(AccountId account, Query query) {
  auto& state = *state_;
  auto found = co_await state.pool.run([&state, account, &query]() -> Candidates {
    try {
      return state.find(account, query);
    } catch (const std::exception& error) {
      log::error("search.find_failed", {{"account", account.value}, {"error", error.what()}});
      return {};
    }
  });
  co_return found;
}

awaitable<void> Search::rebuild(AccountId account) {
  auto& state = *state_;
  co_await state.pool.run([&state, account] {
    state.index_of(account)->discard();
    state.agenda.add(account, Clock::now());
  });
}

awaitable<void> Search::erase(AccountId account) {
  auto& state = *state_;
  co_await state.pool.run([&state, account] {
    state.index_of(account)->discard();
    state.forget(account);
  });
}

awaitable<Search::Status> Search::status(AccountId account) {
  auto& state = *state_;
  auto status = co_await state.pool.run([&state, account]() -> Status {
    const auto of = state.index_of(account)->status();
    const auto last = of.last_email.value;
    const auto indexed = of.bookmark.email.value;
    return {of.emails, of.documents,  last > indexed ? last - indexed : 0,       of.to_extract,
            of.bytes,  of.complete(), state.shared.mailstore.engine().disk_low()};
  });
  co_return status;
}

}  // namespace freehold::search
