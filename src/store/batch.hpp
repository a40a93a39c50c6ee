#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace freehold::store {

// Changes that become durable together or not at all, and what must still be true at that moment. A
// plain value.
class Batch {
 public:
  struct Change {
    std::string key;
    std::optional<std::string> value;  // nothing: the key is erased
  };
  struct Assertion {
    enum class That { absent, present, equals } that = That::absent;
    std::string key;
    std::string value;  // for equals
  };

  void put(std::string key, std::string value) {
    bytes_ += key.size() + value.size();
    changes_.push_back({std::move(key), std::move(value)});
  }
  void erase(std::string key) {
    bytes_ += key.size();
    changes_.push_back({std::move(key), std::nullopt});
  }
  void require_absent(std::string key) {
    assertions_.push_back({Assertion::That::absent, std::move(key), {}});
  }
  void require_present(std::string key) {
    assertions_.push_back({Assertion::That::present, std::move(key), {}});
  }
  void require_equals(std::string key, std::string value) {
    assertions_.push_back({Assertion::That::equals, std::move(key), std::move(value)});
  }
  // The key still is as it was read: `seen` is what get() said.
  void require_unchanged(std::string key, const std::optional<std::string>& seen) {
    if (seen) {
      require_equals(std::move(key), *seen);
    } else {
      require_absent(std::move(key));
    }
  }

  // Forgets the assertions made after the first `count`.
  void keep_assertions(std::size_t count) { assertions_.resize(count); }

  [[nodiscard]] const std::vector<Change>& changes() const { return changes_; }
  [[nodiscard]] const std::vector<Assertion>& assertions() const { return assertions_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return changes_.empty() && assertions_.empty(); }

 private:
  std::vector<Change> changes_;
  std::vector<Assertion> assertions_;
  std::size_t bytes_ = 0;
};

}  // namespace freehold::store
