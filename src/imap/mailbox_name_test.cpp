#include "imap/mailbox_name.hpp"

#include <gtest/gtest.h>

namespace freehold::imap {
namespace {

TEST(MailboxName, IsTranslatedBothWays) {
  const std::pair<std::string, std::string> table[] = {
      {"INBOX", "INBOX"},
      {"", ""},
      {"Tom & Jerry", "Tom &- Jerry"},
      {"Entw\xC3\xBCrfe", "Entw&APw-rfe"},
      {"~peter/mail/\xE5\x8F\xB0\xE5\x8C\x97/\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
       "~peter/mail/&U,BTFw-/&ZeVnLIqe-"},  // RFC 3501, 5.1.3
      {"\xF0\x9F\x93\xA7", "&2D3c5w-"},     // beyond the first plane
      {"\xC3\xBC&\xC3\xBC", "&APw-&-&APw-"},
      {"\xC3\xBC-", "&APw--"},
  };
  for (const auto& [utf8, utf7] : table) {
    EXPECT_EQ(to_modified_utf7(utf8), utf7);
    EXPECT_EQ(from_modified_utf7(utf7), utf8);
  }
}

TEST(MailboxName, RefusesRunsThatAreNotWellFormed) {
  for (const auto* name :
       {"&", "a&b", "&A-", "&AP-", "&===-", "&2D0-", "&3Ac-", "&2D0AYQ-", "&AP w-"}) {
    EXPECT_FALSE(from_modified_utf7(name)) << name;
  }
}

TEST(MailboxName, WhatIsNoUtf8IsShownSomehowAndCanBeNamed) {
  for (const std::string name : {"\xFD\x14\xF0\x9F", "\xED\xA0\x80", "\xC0\x80", "\xF8\x88\x80\x80",
                                 "\xC3", "a\xFF", "\xF4\x90\x80\x80"}) {
    const auto shown = to_modified_utf7(name);
    const auto asked = from_modified_utf7(shown);
    ASSERT_TRUE(asked) << shown;
    EXPECT_EQ(to_modified_utf7(*asked), shown);
  }
}

TEST(MailboxName, MatchesPatterns) {
  const struct {
    const char* pattern;
    const char* path;
    bool matches;
  } table[] = {
      {"*", "a/b", true},       {"%", "a", true},         {"%", "a/b", false},
      {"%/%", "a/b", true},     {"%/%", "a/b/c", false},  {"a*", "a/b/c", true},
      {"a%", "a/b", false},     {"a%", "a", true},        {"*b", "a/b", true},
      {"*%b", "x/a/ab", true},  {"%a/%c", "aa/bc", true}, {"*/x/*", "a/x/b/x/c", true},
      {"*a*b", "ab/aab", true}, {"a", "A", false},        {"inbox", "INBOX", true},
      {"inb%", "INBOX", true},  {"", "a", false},         {"", "", true},
      {"**%%**", "", true},     {"a/", "a", false},
  };
  for (const auto& [pattern, path, matches] : table) {
    EXPECT_EQ(matches_pattern(pattern, path), matches) << pattern << " " << path;
  }
}

TEST(MailboxName, MatchingIsNeverSlow) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a%";
  EXPECT_FALSE(matches_pattern(pattern + "b", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace freehold::imap
