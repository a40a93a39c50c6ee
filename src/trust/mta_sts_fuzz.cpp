#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trust/mta_sts.hpp"

// A policy that was read names hosts that match themselves; a record's id is made of letters and
// digits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto policy = parse_sts_policy(text)) {
    for (const auto& pattern : policy->mx) {
      const std::string host = pattern.starts_with("*.") ? "a" + pattern.substr(1) : pattern;
      if (!policy->allows(host)) std::abort();
    }
    const auto again = publish_sts(policy->mode, policy->max_age, policy->mx);
    const bool small = again.policy.size() <= 65536;
    if (small && !parse_sts_policy(again.policy)) std::abort();
  }
  if (const auto id = parse_sts_record(text)) {
    if (id->empty() || id->size() > 32) std::abort();
  }
  return 0;
}
