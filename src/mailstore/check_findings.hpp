#pragma once

#include <string>

#include "mailstore/check.hpp"

namespace freehold::mailstore {

// What a check finds, and what would mend it. Inside the check only.
class Findings {
 public:
  explicit Findings(bool repair) : repair_(repair) {}

  void found(std::string what) {
    if (findings_.size() < kMostFindings) {
      findings_.push_back(std::move(what));
    } else {
      ++more_;
    }
  }
  void put(std::string key, std::string value) {
    if (!repair_) return;
    mended_.put(std::move(key), std::move(value));
    ++mends_;
  }
  void erase(std::string key) {
    if (!repair_) return;
    mended_.erase(std::move(key));
    ++mends_;
  }

  // How many records were mended.
  [[nodiscard]] std::uint64_t mend(store::Engine& engine) {
    if (mends_ == 0 || !engine.commit_blocking(std::move(mended_))) return 0;
    return mends_;
  }
  void report(CheckReport& to) {
    to.findings = std::move(findings_);
    to.more_findings = more_;
  }

 private:
  const bool repair_;
  std::vector<std::string> findings_;
  std::uint64_t more_ = 0;
  store::Batch mended_;
  std::uint64_t mends_ = 0;
};

}  // namespace freehold::mailstore
