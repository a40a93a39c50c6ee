#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace freehold::http {

struct Field {
  std::string name;
  std::string value;
  bool operator==(const Field&) const = default;
};

// A request as it came, within the limits (RFC 9110, RFC 9112). What the peer says is only as
// trustworthy as the peer.
struct Request {
  std::string method;  // "GET"; as it came, methods are case-sensitive
  std::string host;    // lower case, without the port; empty only in HTTP/1.0
  std::string path;    // begins with "/" ("*" for OPTIONS); nothing is decoded
  std::string query;   // without the "?"
  std::vector<Field> fields;
  std::string body;
  bool keep_alive = true;  // the peer wants to ask more on this connection

  // The value of the first field of this name, in any case.
  [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const {
    const auto found =
        std::ranges::find_if(fields, [&](const Field& f) { return iequals(f.name, name); });
    if (found == fields.end()) return std::nullopt;
    return found->value;
  }
};

// Date, Content-Length, Content-Type and Connection are added when it is sent.
struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<Field> fields = {};
};

// A status with its reason as the body: "404 Not Found".
[[nodiscard]] Response plain_response(unsigned status);
[[nodiscard]] std::string_view reason_of(unsigned status);

}  // namespace freehold::http
