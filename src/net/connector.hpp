#pragma once

#include <memory>
#include <optional>

#include "net/stream.hpp"

namespace freehold::net {

// Connects over TCP in the calling coroutine's thread, from the given local address when there is
// one.
awaitable<IoResult<std::unique_ptr<Stream>>> connect(Endpoint to, Deadline,
                                                     std::optional<IpAddress> from = {});
// Connects to a unix socket.
awaitable<IoResult<std::unique_ptr<Stream>>> connect_unix(std::string path, Deadline);

}  // namespace freehold::net
