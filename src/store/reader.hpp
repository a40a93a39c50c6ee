#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::store {

// The disk cannot be read, or holds what no program wrote. Thrown by readers, because nobody on the
// way can do anything about it; caught once at the edge of a session, a task or a command.
class ReadError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Keys of a half-open range, in the order of their bytes.
struct Range {
  std::string begin;
  std::string end;  // empty: to the end of the store
};

// All keys that begin with `prefix`.
[[nodiscard]] Range prefix_range(std::string_view prefix);

// Reads one ordered key-value space. Every call may touch the disk; small hot records come from
// memory.
class Reader {
 public:
  virtual ~Reader() = default;

  [[nodiscard]] virtual std::optional<std::string> get(std::string_view key) const = 0;
  [[nodiscard]] virtual std::vector<std::optional<std::string>> multi_get(
      std::span<const std::string> keys) const;

  // Visits the range in order until `visit` returns false. The views are valid during the call
  // only.
  using Visit = std::function<bool(std::string_view key, std::string_view value)>;
  virtual void scan(const Range& range, const Visit& visit) const = 0;
  // The same from the last key to the first.
  virtual void scan_backwards(const Range& range, const Visit& visit) const = 0;
};

}  // namespace freehold::store
