#include "base/suspend.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace freehold {

namespace asio = boost::asio;

awaitable<void> suspend(std::move_only_function<void(Resume)> start) {
  auto executor = co_await asio::this_coro::executor;
  auto initiate = [&start, executor](auto handler) {
    start([executor, handler = std::move(handler)]() mutable {
      asio::post(executor, std::move(handler));
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(initiate,
                                                                        asio::use_awaitable);
}

}  // namespace freehold
