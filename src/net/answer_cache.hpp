#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "net/unbound_worker.hpp"

namespace freehold::net {

// Answers of the DNS for as long as their time to live, so that a question that was asked lately
// costs no trip to libunbound's thread: a message's examination asks a dozen. Thread-safe.
class AnswerCache {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit AnswerCache(std::size_t most) : most_(most) {}

  [[nodiscard]] std::optional<RawAnswer> find(const std::string& name, std::uint16_t type,
                                              Moment now);
  // The one that was not asked for longest goes when there are too many.
  void keep(const std::string& name, std::uint16_t type, const RawAnswer& answer, Moment now);

 private:
  struct Entry {
    std::string key;
    RawAnswer answer;
    Moment until;
  };

  const std::size_t most_;
  std::mutex mutex_;
  std::list<Entry> recent_;  // the last asked for first
  std::unordered_map<std::string, std::list<Entry>::iterator> places_;
};

}  // namespace freehold::net
