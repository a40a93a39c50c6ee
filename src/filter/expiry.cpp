#include "filter/expiry.hpp"

#include "store/batch.hpp"
#include "store/reader.hpp"

namespace freehold::filter {

Result<std::size_t> Expiry::round(store::Engine& engine, std::size_t most, const IsOld& is_old) {
  store::Range range = store::prefix_range(store::keys::table(table_));
  {
    const std::lock_guard lock(mutex_);
    if (!next_.empty()) range.begin = next_;
  }
  std::size_t seen = 0;
  std::size_t gone = 0;
  std::string next;
  store::Batch batch;
  engine.latest().scan(range, [&](std::string_view key, std::string_view value) {
    if (++seen > most) {
      next = key;
      return false;
    }
    if (!is_old(key, value)) return true;
    batch.require_equals(std::string(key), std::string(value));
    batch.erase(std::string(key));
    ++gone;
    return true;
  });
  if (gone > 0) {
    if (const auto done = engine.commit_blocking(std::move(batch)); !done) return done.error();
  }
  const std::lock_guard lock(mutex_);
  next_ = std::move(next);
  return gone;
}

}  // namespace freehold::filter
