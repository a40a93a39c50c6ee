#include "net/readiness.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace freehold::net {

namespace asio = boost::asio;

namespace {

struct Waiter {
  asio::cancellation_signal signal;
  bool waiting = false;
  Deadline deadline;
  error_code reason;  // why the wait was ended
};

}  // namespace

// One timer serves both sides. It is armed by the first wait and left running when the wait is
// over: most waits are short and their deadlines much alike, so that a busy connection hardly ever
// touches the timer queue.
struct Readiness::State : std::enable_shared_from_this<State> {
  asio::posix::stream_descriptor descriptor;
  asio::steady_timer timer;
  Deadline armed = Deadline::max();  // when the timer goes off; max: it does not run
  std::array<Waiter, 2> waiters;

  State(asio::any_io_executor executor, int fd) : descriptor(executor, fd), timer(executor) {}

  void arm(Deadline deadline) {
    if (deadline >= armed) return;
    armed = deadline;
    timer.expires_at(deadline);
    timer.async_wait([weak = weak_from_this()](error_code error) {
      if (error) return;
      if (const auto self = weak.lock()) self->expire();
    });
  }

  void expire() {
    armed = Deadline::max();
    const Deadline now = Deadline::clock::now();
    Deadline next = Deadline::max();
    for (Waiter& waiter : waiters) {
      if (!waiter.waiting) continue;
      if (waiter.deadline <= now) {
        end(waiter, asio::error::timed_out);
      } else {
        next = std::min(next, waiter.deadline);
      }
    }
    arm(next);
  }

  static void end(Waiter& waiter, error_code reason) {
    if (!waiter.waiting || waiter.reason) return;
    waiter.reason = reason;
    waiter.signal.emit(asio::cancellation_type::terminal);
  }
};

Readiness::Readiness(asio::any_io_executor executor, int descriptor)
    : state_(std::make_shared<State>(std::move(executor), descriptor)) {}

Readiness::~Readiness() { close(); }

awaitable<error_code> Readiness::wait(Side side, Want want, Deadline deadline) {
  if (deadline <= Deadline::clock::now()) co_return asio::error::timed_out;
  Waiter& waiter = state_->waiters[side];
  waiter.waiting = true;
  waiter.deadline = deadline;
  waiter.reason = {};
  state_->arm(deadline);
  error_code error;
  const auto direction = want == Want::to_read ? asio::posix::descriptor_base::wait_read
                                               : asio::posix::descriptor_base::wait_write;
  co_await state_->descriptor.async_wait(
      direction, asio::bind_cancellation_slot(waiter.signal.slot(),
                                              asio::redirect_error(asio::use_awaitable, error)));
  // The slot still names the operation that is over.
  waiter.signal.slot().clear();
  waiter.waiting = false;
  if (error == asio::error::operation_aborted && waiter.reason) co_return waiter.reason;
  co_return error;
}

void Readiness::end(Side side, error_code reason) { State::end(state_->waiters[side], reason); }

awaitable<void> Readiness::yield() {
  co_await asio::post(state_->descriptor.get_executor(), asio::use_awaitable);
}

int Readiness::descriptor() const { return state_->descriptor.native_handle(); }

void Readiness::close() {
  state_->timer.cancel();
  error_code ignored;
  state_->descriptor.close(ignored);
}

}  // namespace freehold::net
