#include "base/home.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

namespace freehold {

namespace asio = boost::asio;

struct Home::State {
  asio::any_io_executor executor;
};

awaitable<Home> Home::here() {
  auto executor = co_await asio::this_coro::executor;
  co_return Home(std::make_shared<const State>(std::move(executor)));
}

void Home::post(std::function<void()> work) const { asio::post(state_->executor, std::move(work)); }

}  // namespace freehold
