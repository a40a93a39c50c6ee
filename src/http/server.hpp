#pragma once

#include "base/time.hpp"
#include "http/router.hpp"
#include "net/server.hpp"
#include "net/stream.hpp"

namespace freehold::http {

// HTTP/1.1 (RFC 9112) over one connection, until either side has enough. The router and the clock
// outlive the session.
awaitable<void> serve(net::Stream& stream, net::Session& session, const Router& router,
                      const Clock& clock);

// The bytes of a response; without its body when the request was HEAD. For a test, too.
[[nodiscard]] std::string text_of(const Response& response, bool with_body, bool keep_alive,
                                  Time now);

}  // namespace freehold::http
