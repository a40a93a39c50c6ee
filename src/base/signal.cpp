#include "base/signal.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>

namespace freehold {

namespace asio = boost::asio;

struct Signal::State {
  std::mutex mutex;
  bool notified = false;
  std::shared_ptr<asio::steady_timer> waiting;  // shared with the posted cancellation
};

Signal::Signal() : state_(std::make_shared<State>()) {}
Signal::~Signal() = default;

void Signal::notify() {
  std::shared_ptr<asio::steady_timer> timer;
  {
    std::lock_guard lock(state_->mutex);
    state_->notified = true;
    timer = std::exchange(state_->waiting, nullptr);
  }
  if (!timer) return;
  auto executor = timer->get_executor();
  asio::post(executor, [timer = std::move(timer)] { timer->cancel(); });
}

awaitable<bool> Signal::wait(std::chrono::steady_clock::duration at_most) {
  const auto state = state_;  // the Signal may be gone when the wait ends
  auto timer = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor, at_most);
  bool at_once = false;
  {
    std::lock_guard lock(state->mutex);
    at_once = std::exchange(state->notified, false);
    if (!at_once) state->waiting = timer;
  }
  if (at_once) co_return true;
  boost::system::error_code ignored;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  std::lock_guard lock(state->mutex);
  state->waiting = nullptr;
  co_return std::exchange(state->notified, false);
}

}  // namespace freehold
