#include <utility>

#include "base/log.hpp"
#include "queue/queue_state.hpp"

// The outcomes that nobody has to be told of: written together, beside the channels' work. What a
// crash leaves unwritten is delivered a second time, so few of them may wait.
namespace freehold::queue {

namespace {

constexpr std::size_t kMostUnwritten = 100;  // jobs

}  // namespace

bool Queue::State::record_later(Ended& one) {
  {
    const std::lock_guard lock(unwritten_mutex);
    if (!recording || unwritten.size() >= kMostUnwritten) return false;
    unwritten.push_back(std::move(one));
  }
  something_ended.notify();
  return true;
}

awaitable<void> Queue::State::record() {
  while (true) {
    std::vector<Ended> some;
    {
      const std::lock_guard lock(unwritten_mutex);
      some.swap(unwritten);
      if (some.empty() && stop_recording) {
        recording = false;
        co_return;
      }
    }
    if (some.empty()) {
      co_await something_ended.wait(std::chrono::minutes(1));
      continue;
    }
    const auto written = co_await lane.run([&some](store::Transaction& tx) -> Result<> {
      for (const auto& one : some) write_outcomes(tx, one);
      return {};
    });
    if (!written) {
      log::error("queue.outcomes_not_written",
                 {{"jobs", some.size()}, {"error", written.error().text()}});
    }
    for (const auto& one : some) job_ended(one.job);
  }
}

void Queue::State::end_recording() {
  {
    const std::lock_guard lock(unwritten_mutex);
    stop_recording = true;
  }
  something_ended.notify();
}

bool Queue::State::is_recording() {
  const std::lock_guard lock(unwritten_mutex);
  return recording;
}

}  // namespace freehold::queue
