#include "trust/public_suffix.hpp"

#include <gtest/gtest.h>

namespace freehold::trust {
namespace {

TEST(PublicSuffix, FindsWhatWasRegistered) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"example.com", "example.com"},
      {"a.b.example.com", "example.com"},
      {"a.example.co.uk", "example.co.uk"},
      {"a.example.unlisted", "example.unlisted"},
      {"a.b.xn--p1ai", "b.xn--p1ai"},
      {"co.uk", "co.uk"},
      {"com", "com"},
  };
  for (const auto& [name, expected] : table) EXPECT_EQ(registrable_domain(name), expected) << name;
}

}  // namespace
}  // namespace freehold::trust
