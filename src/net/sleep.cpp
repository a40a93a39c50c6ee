#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/server_session.hpp"

namespace freehold::net {

namespace asio = boost::asio;

awaitable<bool> sleep(Session& session, std::chrono::milliseconds time) {
  if (session.draining()) co_return false;
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, time);
  auto* const own = dynamic_cast<ServerSession*>(&session);  // a test's session has one hook only
  if (own != nullptr) {
    own->on_wake([&timer] { timer.cancel(); });
  } else {
    session.on_drain([&timer] { timer.cancel(); });
  }
  error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (own != nullptr) {
    own->on_wake({});
  } else {
    session.on_drain([] {});
  }
  co_return !session.draining();
}

}  // namespace freehold::net
