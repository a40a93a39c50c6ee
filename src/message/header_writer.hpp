#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "message/address.hpp"
#include "message/parameters.hpp"

namespace freehold::message {

// Writes header fields: folded at white space where a line would be longer than 78 characters, CRLF
// after each. What would start another field (a line break in a value) becomes a space.
class HeaderWriter {
 public:
  // A value that is in its final form but for folding. A stretch without white space that is longer
  // than 998 is cut (RFC 5322, 2.1.1), for no reader would take it.
  HeaderWriter& raw(std::string_view name, std::string_view value);
  // An unstructured value in UTF-8.
  HeaderWriter& text(std::string_view name, std::string_view utf8);
  // Names in UTF-8. Nothing is written for an empty list.
  HeaderWriter& addresses(std::string_view name, const Addresses& list);
  HeaderWriter& date(std::string_view name, Time at, std::chrono::minutes offset = {});
  HeaderWriter& parameterized(std::string_view name, std::string_view value,
                              const Parameters& parameters);
  // Whole fields, as they are.
  HeaderWriter& block(std::string_view fields);

  [[nodiscard]] const std::string& str() const { return out_; }

 private:
  std::string out_;
};

}  // namespace freehold::message
