#pragma once

#include <boost/asio/awaitable.hpp>

namespace freehold {

using boost::asio::awaitable;

}  // namespace freehold
