#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"

namespace freehold::imap {

// RFC 9051, 9: sequence-set. Numbers may be sequence numbers or UIDs; '*' is the largest there is.
struct SequenceSet {
  static constexpr std::uint32_t kStar =
      0xffffffff;  // above every number: UIDs end at 2^32-1, which is none we give

  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      ranges;                 // as they came, each from the smaller to the larger
  bool saved_result = false;  // "$" (RFC 5182)

  [[nodiscard]] static std::optional<SequenceSet> parse(std::string_view text);
  // Sorted and merged, with '*' as `largest`.
  [[nodiscard]] SequenceSet resolved(std::uint32_t largest) const;
  [[nodiscard]] bool contains(std::uint32_t number) const;  // of a resolved set
};

// The shortest set of ascending numbers: "1:3,7".
[[nodiscard]] std::string format_set(const std::vector<std::uint32_t>& ascending);
[[nodiscard]] std::vector<std::uint32_t> numbers(const std::vector<Uid>& uids);

}  // namespace freehold::imap
