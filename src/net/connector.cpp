#include "net/connector.hpp"

#include <sys/socket.h>

#include <boost/asio/this_coro.hpp>
#include <cerrno>

#include "net/socket_address.hpp"
#include "net/socket_stream.hpp"

namespace freehold::net {

namespace {

error_code last_error() { return {errno, boost::system::system_category()}; }

int open_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

awaitable<IoResult<std::unique_ptr<Stream>>> connect(Endpoint to, Deadline deadline,
                                                     std::optional<IpAddress> from) {
  const SocketAddress address(to);
  const int descriptor = open_socket(address.family());
  if (descriptor < 0) co_return last_error();
  const auto executor = co_await boost::asio::this_coro::executor;
  auto stream = std::make_unique<SocketStream>(executor, descriptor, to, Endpoint{});
  if (from) {
    const SocketAddress source(Endpoint{*from, 0});
    if (bind(descriptor, source.get(), source.size()) != 0) co_return last_error();
  }
  if (::connect(descriptor, address.get(), address.size()) != 0) {
    if (errno != EINPROGRESS) co_return last_error();
    const IoResult<> connected = co_await stream->finish_connect(deadline);
    if (!connected) co_return connected.error();
  }
  stream->set_endpoints(to, SocketAddress::local(descriptor).endpoint());
  co_return std::unique_ptr<Stream>(std::move(stream));
}

awaitable<IoResult<std::unique_ptr<Stream>>> connect_unix(std::string path, Deadline deadline) {
  const auto address = SocketAddress::unix_path(path);
  if (!address) co_return error_code(ENAMETOOLONG, boost::system::system_category());
  const int descriptor = open_socket(AF_UNIX);
  if (descriptor < 0) co_return last_error();
  const auto executor = co_await boost::asio::this_coro::executor;
  const Endpoint here = SocketAddress::local(descriptor).endpoint();
  auto stream = std::make_unique<SocketStream>(executor, descriptor, here, here);
  if (::connect(descriptor, address->get(), address->size()) != 0) {
    if (errno != EINPROGRESS) co_return last_error();
    const IoResult<> connected = co_await stream->finish_connect(deadline);
    if (!connected) co_return connected.error();
  }
  co_return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace freehold::net
