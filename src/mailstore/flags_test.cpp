#include "mailstore/flags.hpp"

#include <gtest/gtest.h>

namespace freehold::mailstore {
namespace {

TEST(Flags, KeywordsHaveOneCanonicalForm) {
  Flags flags{kSeen, {"Work", "$MDNSent", "work", "a", "A"}};
  canonicalize(flags);
  EXPECT_EQ(flags, (Flags{kSeen, {"$mdnsent", "a", "work"}}));
}

}  // namespace
}  // namespace freehold::mailstore
