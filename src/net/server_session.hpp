#pragma once

#include <atomic>
#include <unordered_set>

#include "net/server.hpp"

namespace freehold::net {

class ServerSession;
// Those of one event loop; used in its thread only.
using LoopSessions = std::unordered_set<ServerSession*>;

// A session or background task of a Server; in its loop's set while it lives.
class ServerSession final : public Session {
 public:
  // `stream` is null for a background task.
  ServerSession(std::string id, const std::atomic<bool>& draining, LoopSessions& sessions,
                Stream* stream)
      : id_(std::move(id)), draining_(draining), sessions_(sessions), stream_(stream) {
    sessions_.insert(this);
  }
  ~ServerSession() override { sessions_.erase(this); }

  std::string_view id() const override { return id_; }
  bool draining() const override { return draining_; }
  void on_drain(std::function<void()> hook) override {
    if (draining_ && hook) {
      hook();
    } else {
      hook_ = std::move(hook);
    }
  }
  // The alarm of sleep(), beside the session's own hook.
  void on_wake(std::function<void()> alarm) { alarm_ = std::move(alarm); }

  void begin_draining() {
    if (alarm_) alarm_();
    if (const auto hook = std::exchange(hook_, nullptr)) hook();
  }
  void cancel() {
    if (stream_ != nullptr) stream_->cancel();
  }

 private:
  std::string id_;
  const std::atomic<bool>& draining_;
  LoopSessions& sessions_;
  Stream* stream_;
  std::function<void()> hook_;
  std::function<void()> alarm_;
};

}  // namespace freehold::net
