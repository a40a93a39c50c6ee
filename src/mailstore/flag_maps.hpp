#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mailstore/flags.hpp"

namespace freehold::mailstore {

// The flags of up to 64 messages, a bitmap for each flag: a flag of all of them is changed,
// compared or counted at once. A value.
class FlagMaps {
 public:
  using Bits = std::uint64_t;  // one for each message
  struct Keyword {
    std::string name;
    Bits messages = 0;
    bool operator==(const Keyword&) const = default;
  };

  [[nodiscard]] Bits with(Flag flag) const {
    return flags_[static_cast<unsigned>(std::countr_zero(static_cast<std::uint32_t>(flag)))];
  }
  [[nodiscard]] const std::vector<Keyword>& keywords() const { return keywords_; }  // by name
  [[nodiscard]] std::uint32_t bits_of(Bits message) const;
  [[nodiscard]] Flags of(Bits message) const;

  void set(Flag flag, Bits messages);
  void set(std::string keyword, Bits messages);  // by name, one after the other
  // Those among `which` whose flags are others afterwards. Flags outside `may` stay.
  Bits change(Bits which, FlagChange how, const Flags& by, FlagMask may = {});
  // Those of `which` as they are in `newer`.
  void adopt(const FlagMaps& newer, Bits which);
  // The messages whose flags are not the same.
  [[nodiscard]] Bits differ(const FlagMaps& other) const;
  [[nodiscard]] FlagMaps only(Bits which) const;

  bool operator==(const FlagMaps&) const = default;

 private:
  Bits& bitmap(std::string_view keyword);
  void drop_empty_keywords();

  std::array<Bits, 5> flags_{};  // by the number of the bit in Flag
  std::vector<Keyword> keywords_;
};

}  // namespace freehold::mailstore
