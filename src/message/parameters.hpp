#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freehold::message {

struct Parameter {
  std::string name;   // lower case
  std::string value;  // UTF-8: RFC 2231 and, leniently, RFC 2047 decoded
  bool operator==(const Parameter&) const = default;
};
using Parameters = std::vector<Parameter>;

// The first parameter of that (lower-case) name; null when there is none.
[[nodiscard]] const std::string* find_parameter(const Parameters& parameters,
                                                std::string_view name);

// The value of Content-Disposition and the like: a token and parameters (RFC 2045, 5.1; RFC 2231).
struct ParameterizedValue {
  std::string value;  // lower case
  Parameters parameters;
};
[[nodiscard]] ParameterizedValue parse_parameterized(std::string_view field_value);

// Content-Type. Both names empty when there is no type in it (RFC 2045, 5.2: then it is
// text/plain).
struct MediaType {
  std::string type;     // lower case
  std::string subtype;  // lower case
  Parameters parameters;
};
[[nodiscard]] MediaType parse_media_type(std::string_view field_value);

// ";" and each parameter, quoted or by RFC 2231 in parts of a line each; may be folded at its
// spaces.
[[nodiscard]] std::string format_parameters(const Parameters& parameters);

}  // namespace freehold::message
