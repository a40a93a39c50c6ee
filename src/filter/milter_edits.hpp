#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "filter/milter_answer.hpp"

namespace freehold::filter::milter {

// A message's header as filters see it one after the other, and what they make of it. A field that
// is added stands before the header, so that the message stays the bytes that came (and one body
// for all); only a change of a field that came changes them. Belongs to one message. Pure.
class HeaderEdits {
 public:
  // The header as it came, without the empty line behind it.
  explicit HeaderEdits(std::string header) : header_(std::move(header)) {}

  // `leading_space`: the value begins with what stands behind the colon. False: it is not applied,
  // because so much was added that no more is taken.
  bool apply(const HeaderChange& change, bool leading_space);

  // Whole fields, to stand before the header.
  [[nodiscard]] std::string added() const;
  [[nodiscard]] const std::string& header() const { return header_; }
  [[nodiscard]] bool header_changed() const { return header_changed_; }
  // What the next filter sees.
  [[nodiscard]] std::string whole() const { return added() + header_; }

 private:
  bool change_field(const HeaderChange& change, std::string field);

  std::vector<std::string> added_;  // fields with their CRLF
  std::size_t added_bytes_ = 0;     // in all, of those too that were changed again
  std::string header_;
  bool header_changed_ = false;
};

// A field with its CRLF. The filter's folds stay; a line break that is none becomes one, so that it
// begins no other field.
[[nodiscard]] std::string milter_field(std::string_view name, std::string_view value,
                                       bool leading_space);
// A value as filters read it: folds are LF alone.
[[nodiscard]] std::string milter_value(std::string_view value, bool leading_space);

}  // namespace freehold::filter::milter
