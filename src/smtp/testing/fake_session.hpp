#pragma once

#include <functional>

#include "net/server.hpp"

namespace freehold::smtp::testing {

// A net::Session whose draining begins when the test says so.
class FakeSession final : public net::Session {
 public:
  std::string_view id() const override { return "test"; }
  bool draining() const override { return draining_; }
  void on_drain(std::function<void()> hook) override {
    hook_ = std::move(hook);
    if (draining_) hook_();
  }
  void drain() {
    draining_ = true;
    if (hook_) hook_();
  }

 private:
  bool draining_ = false;
  std::function<void()> hook_;
};

}  // namespace freehold::smtp::testing
