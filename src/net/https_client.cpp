#include "net/https_client.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "base/bytes.hpp"
#include "net/connector.hpp"
#include "net/dns_rdata.hpp"
#include "net/tls.hpp"

namespace freehold::net {

namespace http = boost::beast::http;

namespace {

using Outcome = HttpsResponse::Outcome;
using Parser = http::response_parser<http::string_body>;

constexpr std::size_t kMaxAddresses = 4;  // of a host that are tried
constexpr std::uint32_t kMaxHeader = 16 * 1024;
constexpr unsigned kMaxInterim = 4;  // responses 1xx before the one that counts (RFC 9110, 15.2)
constexpr std::size_t kReadSize = 8 * 1024;

// IANA's special-purpose registries (RFC 6890): what is not reachable from all over the world.
constexpr const char* kPrivate[] = {
    "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.168.0.0/16", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",   "::/96",          "64:ff9b::/96",
    "64:ff9b:1::/48",  "100::/64",       "2001:db8::/32", "2002::/16",      "fc00::/7",
    "fe80::/10",       "fec0::/10",      "ff00::/8"};

bool is_private(const IpAddress& address) {
  return std::ranges::any_of(kPrivate, [&](const char* text) {
    const auto network = Network::parse(text);
    return network && network->contains(address);
  });
}

bool is_visible(std::string_view text, bool space) {
  return std::ranges::all_of(
      text, [space](char c) { return (c > ' ' && c < 0x7F) || (space && c == ' '); });
}

// Nothing of what comes from outside may begin another header field or another request.
bool is_valid(const HttpsRequest& request) {
  return (request.method == "GET" || request.method == "POST") && is_dns_name(request.host) &&
         request.port != 0 && request.target.starts_with('/') &&
         is_visible(request.target, false) && is_visible(request.content_type, true);
}

std::string text_of(const HttpsRequest& request) {
  std::string text = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + request.host;
  if (request.port != 443) text += ":" + std::to_string(request.port);
  text += "\r\nUser-Agent: Freehold\r\nAccept-Encoding: identity\r\nConnection: close\r\n";
  if (request.method == "POST") {
    text += "Content-Type: " + request.content_type +
            "\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return text + "\r\n" + (request.method == "POST" ? request.body : std::string());
}

HttpsResponse failed(Outcome outcome, std::string reason) {
  HttpsResponse response;
  response.outcome = outcome;
  response.reason = std::move(reason);
  return response;
}

HttpsResponse failed(Outcome outcome, const error_code& error) {
  const bool late = error == boost::asio::error::timed_out;
  return failed(late ? Outcome::timed_out : outcome, error.message());
}

// Reads one response, interim ones passed over.
class ResponseReader {
 public:
  ResponseReader(Stream& stream, std::size_t max_body, Deadline deadline)
      : stream_(stream), max_body_(max_body), deadline_(deadline) {}

  awaitable<HttpsResponse> read() {
    for (unsigned interim = 0; interim <= kMaxInterim; ++interim) {
      parser_.emplace();
      parser_->eager(true);
      parser_->header_limit(kMaxHeader);
      parser_->body_limit(max_body_);
      const error_code error = co_await fill_parser();
      if (error) co_return explain(error);
      if (parser_->get().result_int() >= 200) co_return take();
    }
    co_return failed(Outcome::protocol, "too many interim responses");
  }

 private:
  awaitable<error_code> fill_parser() {
    std::array<char, kReadSize> buffer;
    while (true) {
      if (!pending_.empty() && !waits_for_chunk()) {
        error_code error;
        const std::size_t used = parser_->put(boost::asio::buffer(pending_), error);
        pending_.erase(0, used);
        if (parser_->is_done()) co_return error_code{};
        if (error && error != http::error::need_more) co_return error;
        // Beast limits the header, but neither a chunk's own line nor the trailers.
        if (pending_.size() > kMaxHeader) co_return http::error::header_limit;
      }
      const auto count = co_await stream_.read_some(buffer, deadline_);
      if (!count && count.error() == boost::asio::error::eof) co_return end();
      if (!count) co_return count.error();
      pending_.append(buffer.data(), *count);
    }
  }

  // Beast 1.81 asserts that it sees a last chunk's five bytes at once (mended in 1.86). At least so
  // many are still to come wherever a body in chunks is cut.
  [[nodiscard]] bool waits_for_chunk() const {
    constexpr std::size_t kLastChunk = 5;
    return parser_->is_header_done() && parser_->chunked() && pending_.size() < kLastChunk;
  }

  // A body without a length ends with the stream.
  error_code end() {
    error_code error;
    if (!parser_->got_some()) return http::error::end_of_stream;
    parser_->put_eof(error);
    return error;
  }

  static HttpsResponse explain(const error_code& error) {
    const bool large = error == http::error::body_limit || error == http::error::header_limit ||
                       error == http::error::buffer_overflow;
    return failed(large ? Outcome::too_large : Outcome::protocol, error);
  }

  HttpsResponse take() {
    auto& message = parser_->get();
    const std::string_view coding = message[http::field::content_encoding];
    if (!coding.empty() && !iequals(coding, "identity")) {
      return failed(Outcome::protocol, "the body is encoded, which was not asked for");
    }
    HttpsResponse response;
    response.outcome = Outcome::answered;
    response.status = message.result_int();
    response.content_type = std::string(message[http::field::content_type]);
    response.body = std::move(message.body());
    return response;
  }

  Stream& stream_;
  const std::size_t max_body_;
  const Deadline deadline_;
  std::optional<Parser> parser_;
  std::string pending_;
};

class Client final : public HttpsClient {
 public:
  Client(Resolver& resolver, const TlsContext& tls, HttpsSettings settings)
      : resolver_(resolver), tls_(tls), settings_(settings) {}

  awaitable<HttpsResponse> ask(HttpsRequest request, Deadline deadline) override {
    if (!is_valid(request)) co_return failed(Outcome::invalid, "not a valid request");
    const auto found = co_await resolver_.addresses(request.host);
    if (found.status != DnsStatus::found) {
      co_return failed(Outcome::address, "no address of " + request.host + " was found");
    }
    HttpsResponse last = failed(Outcome::address, request.host + " has private addresses only");
    std::size_t tried = 0;
    for (const IpAddress& address : found.records) {
      if (is_private(address) && !settings_.private_addresses) continue;
      if (++tried > kMaxAddresses) break;
      auto stream = co_await connect(Endpoint{address, request.port}, deadline);
      if (!stream) {
        last = failed(Outcome::connect, stream.error());
        if (last.outcome == Outcome::timed_out) break;
        continue;
      }
      co_return co_await ask_over(**stream, std::move(request), deadline);
    }
    co_return last;
  }

 private:
  awaitable<HttpsResponse> ask_over(Stream& stream, HttpsRequest request, Deadline deadline) {
    const IoResult<> shaken =
        co_await stream.connect_tls(tls_, TlsPeer::verified(request.host), deadline);
    if (!shaken) {
      HttpsResponse response = failed(Outcome::tls, shaken.error());
      response.fault = certificate_fault(shaken.error());
      co_return response;
    }
    const std::string text = text_of(request);
    const IoResult<> written = co_await stream.write(text, deadline);
    if (!written) co_return failed(Outcome::protocol, written.error());
    ResponseReader reader(stream, request.max_body, deadline);
    HttpsResponse response = co_await reader.read();
    stream.close();
    co_return response;
  }

  Resolver& resolver_;
  const TlsContext& tls_;
  const HttpsSettings settings_;
};

}  // namespace

std::unique_ptr<HttpsClient> make_https_client(Resolver& resolver, const TlsContext& tls,
                                               HttpsSettings settings) {
  return std::make_unique<Client>(resolver, tls, settings);
}

}  // namespace freehold::net
