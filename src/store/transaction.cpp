#include "store/transaction.hpp"

namespace freehold::store {

std::optional<std::string> Transaction::get(std::string_view key) const {
  if (const auto mine = changes_.find(key); mine != changes_.end()) return mine->second;
  return base_.get(key);
}

void Transaction::change(std::string key, Value value) {
  bytes_ += key.size() + (value ? value->size() : 0);
  const auto [place, added] = changes_.try_emplace(key);
  // Nothing: the key was not changed here before. Not the same as "erased", which is a Value.
  std::optional<Value> before;
  if (!added) before.emplace(std::move(place->second));
  undo_.emplace_back(std::move(key), std::move(before));
  place->second = std::move(value);
}

void Transaction::roll_back(Savepoint to) {
  while (undo_.size() > to.undo) {
    auto& [key, before] = undo_.back();
    if (before) {
      changes_[key] = std::move(*before);
    } else {
      changes_.erase(key);
    }
    undo_.pop_back();
  }
  assertions_.keep_assertions(to.assertions);
}

Batch Transaction::take() {
  Batch batch = std::exchange(assertions_, {});
  while (!changes_.empty()) {
    auto node = changes_.extract(changes_.begin());
    if (node.mapped()) {
      batch.put(std::move(node.key()), std::move(*node.mapped()));
    } else {
      batch.erase(std::move(node.key()));
    }
  }
  undo_.clear();
  return batch;
}

// Walks the base's keys and this transaction's own side by side; at equal keys the transaction's
// own counts.
template <class Iterator>
void Transaction::merge(Iterator mine, Iterator end, const Range& range, const Visit& visit,
                        bool forward) const {
  bool go_on = true;
  const auto before = [forward](std::string_view a, std::string_view b) {
    return forward ? a < b : a > b;
  };
  const auto visit_mine = [&] {
    if (mine->second) go_on = visit(mine->first, *mine->second);
    ++mine;
  };
  const auto visit_base = [&](std::string_view key, std::string_view value) {
    while (go_on && mine != end && before(mine->first, key)) visit_mine();
    if (!go_on) return false;
    if (mine != end && mine->first == key) {
      visit_mine();
    } else {
      go_on = visit(key, value);
    }
    return go_on;
  };
  if (forward) {
    base_.scan(range, visit_base);
  } else {
    base_.scan_backwards(range, visit_base);
  }
  while (go_on && mine != end) visit_mine();
}

void Transaction::scan(const Range& range, const Visit& visit) const {
  const auto end = range.end.empty() ? changes_.end() : changes_.lower_bound(range.end);
  merge(changes_.lower_bound(range.begin), end, range, visit, true);
}

void Transaction::scan_backwards(const Range& range, const Visit& visit) const {
  const auto end = range.end.empty() ? changes_.end() : changes_.lower_bound(range.end);
  merge(std::make_reverse_iterator(end),
        std::make_reverse_iterator(changes_.lower_bound(range.begin)), range, visit, false);
}

}  // namespace freehold::store
