#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/batch.hpp"
#include "store/reader.hpp"

namespace freehold::store {

// A batch in the making that reads its own writes. Several operations may follow one another in one
// transaction; one that fails is rolled back to its savepoint without harm to the others. Used by
// one thread; `base` outlives it.
class Transaction final : public Reader {
 public:
  explicit Transaction(const Reader& base) : base_(base) {}

  [[nodiscard]] std::optional<std::string> get(std::string_view key) const override;
  void scan(const Range& range, const Visit& visit) const override;
  void scan_backwards(const Range& range, const Visit& visit) const override;

  void put(std::string key, std::string value) { change(std::move(key), std::move(value)); }
  void erase(std::string key) { change(std::move(key), std::nullopt); }
  // Of the changes so far, keys included; what was rolled back or overwritten counts too.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // This transaction itself has changed the key.
  [[nodiscard]] bool has_changed(std::string_view key) const { return changes_.contains(key); }
  // What has to hold at the commit.
  [[nodiscard]] Batch& assertions() { return assertions_; }

  struct Savepoint {
    std::size_t undo = 0;
    std::size_t assertions = 0;
  };
  [[nodiscard]] Savepoint savepoint() const {
    return {undo_.size(), assertions_.assertions().size()};
  }
  void roll_back(Savepoint to);

  [[nodiscard]] bool changed() const { return !changes_.empty(); }
  // The changes and assertions; the transaction is empty afterwards.
  [[nodiscard]] Batch take();

 private:
  using Value = std::optional<std::string>;
  using Changes = std::map<std::string, Value, std::less<>>;
  void change(std::string key, Value value);
  template <class Iterator>
  void merge(Iterator mine, Iterator end, const Range& range, const Visit& visit,
             bool forward) const;

  const Reader& base_;
  Changes changes_;
  std::vector<std::pair<std::string, std::optional<Value>>>
      undo_;  // what a changed key had here before
  Batch assertions_;
  std::size_t bytes_ = 0;
};

}  // namespace freehold::store
