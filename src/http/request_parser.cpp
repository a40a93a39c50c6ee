#include "http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "http/limits.hpp"

namespace freehold::http {

namespace beast = boost::beast::http;

namespace {

using boost::system::error_code;
using Parser = beast::request_parser<beast::string_body>;

constexpr unsigned kBadRequest = 400;
constexpr unsigned kTooLarge = 413;
constexpr unsigned kHeaderTooLarge = 431;
constexpr unsigned kNotImplemented = 501;
constexpr unsigned kVersion = 505;

unsigned status_of(const error_code& error) {
  if (error == beast::error::header_limit || error == beast::error::buffer_overflow) {
    return kHeaderTooLarge;
  }
  if (error == beast::error::body_limit) return kTooLarge;
  if (error == beast::error::bad_version) return kVersion;
  return kBadRequest;
}

// "example.org" of "Example.org:443"; nothing when it is no uri-host with an optional port.
std::optional<std::string> read_host(std::string_view text) {
  const bool literal = text.starts_with('[');
  const auto end = literal ? text.find(']') : text.find(':');
  if (literal && end == std::string_view::npos) return std::nullopt;
  const auto size = literal ? end + 1 : std::min(end, text.size());
  const auto port = text.substr(size);
  if (!port.empty() && (port.front() != ':' || !std::ranges::all_of(port.substr(1), is_digit))) {
    return std::nullopt;
  }
  const auto host = text.substr(0, size);
  const bool right = std::ranges::all_of(host, [literal](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' ||
           (literal && (c == ':' || c == '[' || c == ']'));
  });
  if (!right) return std::nullopt;
  return to_lower(host);
}

// RFC 9112, 3.2. False: it is none of the forms that are served here.
bool read_target(std::string_view target, Request& into) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!istarts_with(target, scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto slash = std::min(target.find_first_of("/?"), target.size());
    auto host = read_host(target.substr(0, slash));  // 3.2.2: it counts, the Host field does not
    if (!host || host->empty()) return false;
    into.host = std::move(*host);
    target.remove_prefix(slash);
    if (!target.starts_with('/')) {
      into.path = "/";
      into.query = target.starts_with('?') ? target.substr(1) : "";
      return true;
    }
    break;
  }
  if (target == "*") {
    into.path = target;
    return into.method == "OPTIONS";
  }
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return false;
  const auto question = std::min(target.find('?'), target.size());
  into.path = target.substr(0, question);
  into.query = target.substr(std::min(question + 1, target.size()));
  return true;
}

// What Beast takes and we do not; 0: nothing is wrong.
unsigned fault_in(const Parser::value_type& message) {
  if (message.version() != 11 && message.version() != 10) return kVersion;
  if (message.method_string().empty()) return kBadRequest;
  // RFC 9112, 3.2: one Host, since 1.1 always.
  const auto hosts = message.count(beast::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) return kBadRequest;
  const auto coding = message[beast::field::transfer_encoding];
  if (!coding.empty() && !iequals(coding, "chunked")) return kNotImplemented;
  return 0;
}

}  // namespace

struct RequestParser::Machine {
  std::optional<Parser> parser;
  std::string pending;
  Request request;
  unsigned refusal = 0;

  void begin() {
    parser.emplace();
    parser->eager(true);
    parser->header_limit(kMaxHeader);
    parser->body_limit(kMaxBody);
  }

  State refuse(unsigned status) {
    refusal = status;
    pending.clear();
    return State::refused;
  }

  // Beast 1.81 asserts that it sees a last chunk's five bytes at once (mended in 1.86). At least so
  // many are still to come wherever a body in chunks is cut.
  [[nodiscard]] bool waits_for_chunk() const {
    constexpr std::size_t kLastChunk = 5;
    return parser->is_header_done() && parser->chunked() && pending.size() < kLastChunk;
  }

  State run() {
    while (!pending.empty() && !waits_for_chunk()) {
      error_code error;
      const std::size_t used = parser->put(boost::asio::buffer(pending), error);
      pending.erase(0, used);
      if (error && error != beast::error::need_more) return refuse(status_of(error));
      if (parser->is_done()) return finish();
      if (used == 0) break;  // a line that is not whole yet
    }
    // Beast limits the header, but neither a chunk's own line nor the trailers.
    return pending.size() > kMaxHeader ? refuse(kHeaderTooLarge) : State::more;
  }

  State finish() {
    const auto& message = parser->get();
    if (const unsigned fault = fault_in(message); fault != 0) return refuse(fault);
    request = {};
    request.method = std::string(message.method_string());
    request.keep_alive = parser->keep_alive();
    const auto host = read_host(message[beast::field::host]);
    if (!host) return refuse(kBadRequest);
    request.host = *host;
    if (!read_target(message.target(), request)) return refuse(kBadRequest);
    for (const auto& field : message) {
      if (request.fields.size() == kMaxFields) return refuse(kHeaderTooLarge);
      request.fields.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    request.body = std::move(parser->get().body());
    begin();
    return State::complete;
  }
};

RequestParser::RequestParser() : machine_(std::make_unique<Machine>()) { machine_->begin(); }
RequestParser::~RequestParser() = default;

RequestParser::State RequestParser::add(std::string_view bytes) {
  if (machine_->refusal != 0) return State::refused;
  machine_->pending.append(bytes);
  return machine_->run();
}

Request RequestParser::take() { return std::move(machine_->request); }
unsigned RequestParser::refusal() const { return machine_->refusal; }
bool RequestParser::idle() const {
  return machine_->pending.empty() && !machine_->parser->got_some();
}

std::string_view reason_of(unsigned status) {
  return beast::obsolete_reason(beast::int_to_status(status));
}

}  // namespace freehold::http
