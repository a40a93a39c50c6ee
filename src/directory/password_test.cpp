#include "directory/password.hpp"

#include <gtest/gtest.h>

namespace freehold::directory {
namespace {

TEST(Password, IsVerifiedAgainstItsHash) {
  const auto encoded = hash_password("correct horse");
  EXPECT_TRUE(encoded.starts_with("$argon2id$"));
  EXPECT_TRUE(verify_password(encoded, "correct horse"));
  EXPECT_FALSE(verify_password(encoded, "correct horsf"));
  EXPECT_FALSE(verify_password("", "correct horse"));
  EXPECT_FALSE(verify_password("nonsense", "correct horse"));
}

TEST(Password, HasToBeAcceptable) {
  const std::pair<std::string, bool> table[] = {
      {"", false},
      {"1234567", false},
      {"12345678", true},
      {"p\xC3\xA4ssw\xC3\xB6rter", true},
      {std::string(512, 'x'), true},
      {std::string(513, 'x'), false},
      {"12345\n678", false},
      {"12345\x7F"
       "678",
       false},
      {std::string("12345\0"
                   "678",
                   9),
       false},
  };
  for (const auto& [password, fine] : table) {
    EXPECT_EQ(acceptable_password(password).has_value(), fine) << password;
  }
}

TEST(PasswordCache, RemembersARightPasswordAndNothingElse) {
  PasswordCache cache;
  const AccountId anna(1), bert(2);
  EXPECT_FALSE(cache.contains(anna, "hash", "secret"));
  cache.remember(anna, "hash", "secret");
  EXPECT_TRUE(cache.contains(anna, "hash", "secret"));
  EXPECT_FALSE(cache.contains(anna, "hash", "Secret"));
  EXPECT_FALSE(cache.contains(bert, "hash", "secret"));
  EXPECT_FALSE(cache.contains(anna, "new hash", "secret"));
  // Where one field ends and the next begins is part of the key.
  EXPECT_FALSE(cache.contains(anna, "hashs", "ecret"));
}

TEST(PasswordCache, ForgetsRatherThanGrows) {
  PasswordCache cache;
  for (std::size_t i = 0; i <= PasswordCache::kMost; ++i) {
    cache.remember(AccountId(i), "hash", "secret");
  }
  EXPECT_TRUE(cache.contains(AccountId(PasswordCache::kMost), "hash", "secret"));
  EXPECT_FALSE(cache.contains(AccountId(1), "hash", "secret"));
}

}  // namespace
}  // namespace freehold::directory
