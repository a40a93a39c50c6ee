#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "net/resolver.hpp"
#include "net/stream.hpp"

namespace freehold::net {

struct HttpsRequest {
  std::string method = "GET";
  std::string host;  // in ASCII; the certificate has to be valid for it
  std::uint16_t port = 443;
  std::string target = "/";       // path and query
  std::string content_type = {};  // of `body`
  std::string body = {};
  std::size_t max_body = std::size_t{64} * 1024;  // of the response
};

struct HttpsResponse {
  enum class Outcome {
    answered,   // whatever its status is: a redirection is not followed
    invalid,    // the request is none
    address,    // the host has no address, or none that may be asked
    connect,    // no address answers
    tls,        // no TLS, or a certificate that is not valid: then `fault` says why
    timed_out,  // the deadline is over
    protocol,   // not HTTP/1.1, or cut off
    too_large,  // the header or the body
  };
  Outcome outcome = Outcome::protocol;
  std::string reason;  // for people, when it was not answered
  CertificateFault fault = CertificateFault::none;

  unsigned status = 0;
  std::string content_type;  // as it came; may be empty
  std::string body;
};

// Asks one request per connection, over verified TLS. Used from every thread.
class HttpsClient {
 public:
  virtual ~HttpsClient() = default;
  virtual awaitable<HttpsResponse> ask(HttpsRequest request, Deadline deadline) = 0;
};

struct HttpsSettings {
  // The hosts to ask come from other people's DNS: addresses of this machine and of private
  // networks are refused, so that nobody makes us knock at a neighbour's door.
  bool private_addresses = false;
};

// The resolver and the TLS context outlive it.
[[nodiscard]] std::unique_ptr<HttpsClient> make_https_client(Resolver& resolver,
                                                             const TlsContext& tls,
                                                             HttpsSettings settings = {});

}  // namespace freehold::net
