#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freehold::trust {

// Reports travel packed, and what comes in may be a bomb: one level is unpacked, never more, into
// memory of a bounded size.

// The same bytes give the same file: no name, no time.
[[nodiscard]] std::string gzip(std::string_view bytes);

struct UnpackLimits {
  std::size_t output = 0;   // bytes
  std::size_t ratio = 200;  // of the output to the input, once the output is above 1 MiB
  std::size_t entries = 4;  // of a zip that are looked at
};

struct Unpacked {
  enum class Outcome : std::uint8_t { done, broken, too_large, no_entry } outcome = Outcome::broken;
  std::string bytes;
};
// A file of gzip members (RFC 1952); what follows the last one is not looked at.
[[nodiscard]] Unpacked gunzip(std::string_view packed, const UnpackLimits& limits);
// The first regular file of a zip whose name ends with `suffix`.
[[nodiscard]] Unpacked unzip(std::string_view packed, std::string_view suffix,
                             const UnpackLimits& limits);
// By what the bytes begin with: gzip, zip, or as they are.
[[nodiscard]] Unpacked unpack(std::string_view bytes, std::string_view suffix,
                              const UnpackLimits& limits);

}  // namespace freehold::trust
