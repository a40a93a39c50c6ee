#include "guard/account_sessions.hpp"

#include <gtest/gtest.h>

namespace freehold::guard {
namespace {

TEST(AccountSessions, EachAccountHasItsOwnPlaces) {
  AccountSessions sessions(2);
  auto first = sessions.admit(AccountId(1));
  auto second = sessions.admit(AccountId(1));
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(sessions.admit(AccountId(1)));
  EXPECT_TRUE(sessions.admit(AccountId(2)));
  first.reset();
  EXPECT_TRUE(sessions.admit(AccountId(1)));
}

TEST(AccountSessions, APlaceThatIsMovedIsGivenBackOnce) {
  AccountSessions sessions(1);
  auto first = sessions.admit(AccountId(1));
  {
    auto moved = std::move(first);
    EXPECT_FALSE(sessions.admit(AccountId(1)));
  }
  auto again = sessions.admit(AccountId(1));
  EXPECT_TRUE(again);
  first.reset();  // NOLINT(bugprone-use-after-move): that it is no place any more is what is shown
  EXPECT_FALSE(sessions.admit(AccountId(1)));
  again = sessions.admit(AccountId(2));
  EXPECT_TRUE(sessions.admit(AccountId(1)));
}

}  // namespace
}  // namespace freehold::guard
