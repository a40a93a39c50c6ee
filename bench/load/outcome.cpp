#include "outcome.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <boost/json.hpp>

namespace freehold::bench {

namespace {

double seconds(Outcome::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double own_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

void Outcome::failed(const std::string& why) {
  if (failures_++ == 0) first_error_ = why;
}

std::string Outcome::json() {
  std::ranges::sort(latencies_);
  const auto quantile = [this](double q) {
    if (latencies_.empty()) return 0.0;
    const auto at = static_cast<std::size_t>(q * static_cast<double>(latencies_.size() - 1));
    return seconds(latencies_[at]) * 1000;
  };
  const double took = seconds(ended_ - begun_);
  const auto count = static_cast<double>(latencies_.size());
  return boost::json::serialize(boost::json::object{
      {"acknowledged", latencies_.size()},
      {"failed", failures_},
      {"seconds", took},
      {"rate", took > 0 ? count / took : 0},
      {"latency_ms",
       {{"p50", quantile(0.5)},
        {"p90", quantile(0.9)},
        {"p99", quantile(0.99)},
        {"max", quantile(1)}}},
      {"own_cpu_seconds", own_cpu_seconds()},
      {"error", first_error_},
  });
}

}  // namespace freehold::bench
