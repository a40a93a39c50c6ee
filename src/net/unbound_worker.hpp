#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/suspend.hpp"
#include "net/resolver.hpp"

namespace freehold::net {

// What libunbound said, still in RDATA.
struct RawAnswer {
  DnsStatus status = DnsStatus::failed;
  bool secure = false;
  std::string canonical_name;
  std::string error;
  std::vector<std::string> records;
  std::chrono::seconds time_to_live{0};
};

// One question and where its answer goes; `answer` is written before `resume` is called.
struct Question {
  std::string name;
  std::uint16_t type = 0;
  RawAnswer* answer = nullptr;
  Resume resume;
};

// The thread that alone calls libunbound. Questions come over a queue; each is answered in time, if
// need be by "timed out". Destroyed, it drops the questions under way unanswered (see suspend()).
class UnboundWorker {
 public:
  [[nodiscard]] static Result<std::unique_ptr<UnboundWorker>> make(
      const ResolverSettings& settings);
  ~UnboundWorker();
  UnboundWorker(const UnboundWorker&) = delete;
  UnboundWorker& operator=(const UnboundWorker&) = delete;

  // From any thread.
  void ask(Question question);
  void fail_all();  // also what is asked afterwards

 private:
  struct State;
  explicit UnboundWorker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace freehold::net
