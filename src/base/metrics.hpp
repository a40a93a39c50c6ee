#pragma once

#include <cstdint>
#include <memory>
#include <string>

// Prometheus metrics. Ask for a metric once (a function's static, a member) and keep the reference:
// it lives as long as the program. Names are in Prometheus's own style:
// freehold_smtp_sessions_total. Thread-safe.
namespace freehold::metrics {

class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double by = 1) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double by) = 0;
};

// Durations in seconds, in buckets from 0.1 ms to 100 s.
class Timer {
 public:
  virtual ~Timer() = default;
  virtual void observe(double seconds) = 0;
};

// The labels are "key=value,key=value" with fixed keys per name, or empty.
[[nodiscard]] Counter& counter(const std::string& name, const std::string& help,
                               const std::string& labels = {});
[[nodiscard]] Gauge& gauge(const std::string& name, const std::string& help,
                           const std::string& labels = {});
[[nodiscard]] Timer& timer(const std::string& name, const std::string& help,
                           const std::string& labels = {});

// Serves /metrics over HTTP on 127.0.0.1:port (0: none is served) until it is destroyed.
class Exposer {
 public:
  explicit Exposer(std::uint16_t port);
  ~Exposer();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::metrics
