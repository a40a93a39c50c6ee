#include "net/connector.hpp"

#include <sys/socket.h>

#include <boost/asio/this_coro.hpp>
#include <cerrno>

#include "net/descriptor.hpp"
#include "net/socket_address.hpp"
#include "net/socket_stream.hpp"

namespace freehold::net {

namespace {

error_code last_error() { return {errno, boost::system::system_category()}; }

Descriptor open_socket(int family) {
  return Descriptor(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

// Begins to connect a stream's socket, and waits for the end of that.
awaitable<IoResult<>> connect_socket(SocketStream& stream, int descriptor, SocketAddress to,
                                     Deadline deadline) {
  if (::connect(descriptor, to.get(), to.size()) == 0) co_return IoResult<>{};
  if (errno != EINPROGRESS) co_return last_error();
  co_return co_await stream.finish_connect(deadline);
}

}  // namespace

awaitable<IoResult<std::unique_ptr<Stream>>> connect(Endpoint to, Deadline deadline,
                                                     std::optional<IpAddress> from) {
  const SocketAddress address(to);
  Descriptor descriptor = open_socket(address.family());
  if (!descriptor) co_return last_error();
  if (from) {
    const SocketAddress source(Endpoint{*from, 0});
    if (bind(descriptor.get(), source.get(), source.size()) != 0) co_return last_error();
  }
  const auto executor = co_await boost::asio::this_coro::executor;
  auto stream = std::make_unique<SocketStream>(executor, descriptor.get(), to, Endpoint{});
  const int number = descriptor.release();  // now the stream's
  const IoResult<> connected = co_await connect_socket(*stream, number, address, deadline);
  if (!connected) co_return connected.error();
  stream->set_endpoints(to, SocketAddress::local(number).endpoint());
  co_return std::unique_ptr<Stream>(std::move(stream));
}

awaitable<IoResult<std::unique_ptr<Stream>>> connect_unix(std::string path, Deadline deadline) {
  const auto address = SocketAddress::unix_path(path);
  if (!address) co_return error_code(ENAMETOOLONG, boost::system::system_category());
  Descriptor descriptor = open_socket(AF_UNIX);
  if (!descriptor) co_return last_error();
  const auto executor = co_await boost::asio::this_coro::executor;
  const Endpoint here = SocketAddress::local(descriptor.get()).endpoint();
  auto stream = std::make_unique<SocketStream>(executor, descriptor.get(), here, here);
  const int number = descriptor.release();  // now the stream's
  const IoResult<> connected = co_await connect_socket(*stream, number, *address, deadline);
  if (!connected) co_return connected.error();
  co_return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace freehold::net
