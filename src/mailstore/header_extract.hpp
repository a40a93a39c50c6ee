#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::mailstore {

// The lines of a message's header that clients list and search by, stored beside it, so that whole
// headers need not be read for them; and which other fields there are, so that "it has no such
// field" can be answered too.
class HeaderExtract {
 public:
  // Of a header section, with what a recipient's own prefix adds; nothing: it would be too large to
  // be of use.
  [[nodiscard]] static std::optional<std::string> make(std::string_view header,
                                                       std::string_view prefix);

  // Of a record that make() made. The record outlives this.
  explicit HeaderExtract(std::string_view record);

  // Whether a field is always in the extract when the message has it.
  [[nodiscard]] static bool takes(std::string_view name);
  // Whether what the message has of these fields is in lines().
  [[nodiscard]] bool answers(const std::vector<std::string>& names) const;
  // Field lines as they came, each with its line end.
  [[nodiscard]] std::string_view lines() const { return lines_; }

 private:
  std::string_view others_;  // 4 bytes for the name of each field that is not in lines_
  std::string_view lines_;
};

}  // namespace freehold::mailstore
