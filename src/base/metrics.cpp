#include "base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "base/log.hpp"

namespace freehold::metrics {

namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double by) override { counter_.Increment(by); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }
  void add(double by) override { gauge_.Increment(by); }

 private:
  prometheus::Gauge& gauge_;
};

const prometheus::Histogram::BucketBoundaries& buckets() {
  static const prometheus::Histogram::BucketBoundaries bounds = {
      1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1, 3, 10, 30, 100};
  return bounds;
}

class PrometheusTimer final : public Timer {
 public:
  explicit PrometheusTimer(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double seconds) override { histogram_.Observe(seconds); }

 private:
  prometheus::Histogram& histogram_;
};

prometheus::Labels parse_labels(std::string_view text) {
  prometheus::Labels labels;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) continue;
    labels.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return labels;
}

template <class T>
using Named = std::map<std::pair<std::string, std::string>, std::unique_ptr<T>>;

// Never destroyed: threads may count until the very end.
struct Metrics {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::mutex mutex;
  Named<Counter> counters;
  Named<Gauge> gauges;
  Named<Timer> timers;
};

Metrics& all() {
  static Metrics& instance = *new Metrics;
  return instance;
}

// The metric of that name and these labels, made by `make` when it is asked for first.
template <class T, class Make>
T& find_or_make(Named<T>& named, const std::string& name, const std::string& labels, Make make) {
  std::lock_guard lock(all().mutex);
  std::unique_ptr<T>& slot = named[{name, labels}];
  if (!slot) slot = make();
  return *slot;
}

}  // namespace

Counter& counter(const std::string& name, const std::string& help, const std::string& labels) {
  return find_or_make(all().counters, name, labels, [&] {
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(*all().registry);
    return std::make_unique<PrometheusCounter>(family.Add(parse_labels(labels)));
  });
}

Gauge& gauge(const std::string& name, const std::string& help, const std::string& labels) {
  return find_or_make(all().gauges, name, labels, [&] {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(*all().registry);
    return std::make_unique<PrometheusGauge>(family.Add(parse_labels(labels)));
  });
}

Timer& timer(const std::string& name, const std::string& help, const std::string& labels) {
  return find_or_make(all().timers, name, labels, [&] {
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(*all().registry);
    return std::make_unique<PrometheusTimer>(family.Add(parse_labels(labels), buckets()));
  });
}

struct Exposer::State {
  explicit State(const std::string& address) : exposer(address) {}

  prometheus::Exposer exposer;
};

Exposer::Exposer(std::uint16_t port) {
  if (port == 0) return;
  const std::string address = "127.0.0.1:" + std::to_string(port);
  try {
    state_ = std::make_unique<State>(address);
    state_->exposer.RegisterCollectable(all().registry);
  } catch (const std::exception& e) {  // the mail goes on without its metrics
    state_.reset();
    log::error("metrics.not_served", {{"address", address}, {"error", e.what()}});
  }
}

Exposer::~Exposer() = default;

}  // namespace freehold::metrics
