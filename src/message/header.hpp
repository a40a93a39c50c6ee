#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::message {

// Where a field stands in its block. The value has no final line end, but its folds.
struct Field {
  std::uint32_t begin = 0;  // of the name
  std::uint32_t name_size = 0;
  std::uint32_t value_begin = 0;
  std::uint32_t value_size = 0;
  std::uint32_t end = 0;  // after the line end of its last line
};

// A block of header fields as it came, with its fields found once. Fields are kept as offsets, so
// it may be moved and copied.
class Header {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  Header() = default;
  // Fields beyond `max_fields` are not listed; blocks beyond 4 GiB are cut.
  explicit Header(std::string raw, std::size_t max_fields = kNoLimit);

  [[nodiscard]] const std::string& raw() const {
    return raw_;
  }  // with the empty line, if it had one
  [[nodiscard]] std::span<const Field> fields() const { return fields_; }
  [[nodiscard]] bool limited() const { return limited_; }  // there were more fields

  [[nodiscard]] std::string_view name(const Field& field) const;
  [[nodiscard]] std::string_view value(const Field& field) const;
  // The whole field with its line ends.
  [[nodiscard]] std::string_view line(const Field& field) const;

  // The first field of that name; names are compared without regard to case.
  [[nodiscard]] const Field* find(std::string_view name) const;
  // Its value, unfolded and trimmed; "" when there is none.
  [[nodiscard]] std::string get(std::string_view name) const;

 private:
  std::string raw_;
  std::vector<Field> fields_;
  bool limited_ = false;
};

// The size of the name of the field that a line begins with (RFC 5322, 2.2; white space before the
// colon is let pass), or 0 when the line is no field's beginning.
[[nodiscard]] std::size_t field_name_size(std::string_view line);

// Without line ends (the white space after them stays), NULs, and white space at either end.
[[nodiscard]] std::string unfold(std::string_view value);

}  // namespace freehold::message
