#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/engine.hpp"

namespace freehold::mailstore {

// What `freehold store check` found. A finding is one line for people.
struct CheckReport {
  std::uint64_t accounts = 0;
  std::uint64_t emails = 0;
  std::uint64_t bodies = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t queued = 0;
  std::vector<std::string> findings;  // at most kMostFindings, see more_findings
  std::uint64_t more_findings = 0;
  std::uint64_t repaired = 0;
  [[nodiscard]] bool clean() const { return findings.empty(); }
};

constexpr std::size_t kMostFindings = 1'000;

// Verifies every reference, digest and counter of one snapshot: email against index, content, links
// and bodies; counters of mailboxes and accounts; body digests; the queue. With `repair` it mends
// what can be mended without loss: counters, missing index entries, links, entries that lead
// nowhere. Bodies are never removed by it. Blocks for long; may run beside a working server (then
// without repair). `progress` is told (done, all) now and then.
[[nodiscard]] CheckReport check(
    store::Engine& engine, bool repair,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

}  // namespace freehold::mailstore
