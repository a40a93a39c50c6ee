#include "base/yield.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace freehold {

awaitable<void> yield() { co_await boost::asio::post(boost::asio::use_awaitable); }

}  // namespace freehold
