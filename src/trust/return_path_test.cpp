#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "trust/base32.hpp"
#include "trust/limits.hpp"
#include "trust/return_path_tag.hpp"
#include "trust/srs.hpp"

namespace freehold::trust {
namespace {

using namespace std::chrono_literals;
using Rewriting = SrsRewriting::Status;
using Reversal = SrsReversal::Status;
using Tag = ReturnPathTag::Status;

const Time kNow = from_millis(1'800'000'000'000);
const SigningKeys kKeys = {"a secret"};
constexpr const char* kOurs = "fwd.test";

std::string rewritten(std::string_view sender, Time at = kNow, const SigningKeys& keys = kKeys,
                      std::string_view domain = kOurs) {
  const auto out = rewrite_sender(sender, domain, keys, at);
  EXPECT_EQ(out.status, Rewriting::rewritten) << sender;
  return out.address;
}
std::string local_of(const std::string& address) { return address.substr(0, address.rfind('@')); }

TEST(Base32, IsReadBackInEitherCase) {
  EXPECT_EQ(base32("foobar", 10), "mzxw6ytboi");  // RFC 4648, 10
  EXPECT_EQ(base32("foobar", 4), "mzxw");
  EXPECT_EQ(base32_number(1023, 2), "77");
  EXPECT_EQ(base32_number(1024, 2), "aa");
  EXPECT_EQ(unbase32_number("B2"), 1U * 32 + 26);
  for (const char* text : {"", "1", "0a", "a=", "aaaaaaaaaaaaa"}) {
    EXPECT_FALSE(unbase32_number(text)) << text;
  }
}

TEST(Srs, GoesThereAndBack) {
  const std::string address = rewritten("alice@example.com");
  EXPECT_TRUE(address.starts_with("SRS0=")) << address;
  EXPECT_TRUE(address.ends_with("=example.com=alice@fwd.test")) << address;
  const auto back = reverse_sender(address, kKeys, kNow);
  EXPECT_EQ(back.status, Reversal::reversed);
  EXPECT_EQ(back.address, "alice@example.com");
}

TEST(Srs, KeepsLocalPartsWithEverySign) {
  for (const char* sender :
       {"a=b@x.test", "a=b=c@x.test", "a+tag@x.test", "=@x.test", "a-b.c_d@sub.x-y.test",
        "SRS@x.test", "SRS0@x.test", "SRS2=a@x.test", "srs1=broken@x.test", "prvs=123=a@x.test"}) {
    EXPECT_EQ(reverse_sender(rewritten(sender), kKeys, kNow).address, sender) << sender;
  }
}

TEST(Srs, SurvivesAChangeOfCase) {
  const std::string address = rewritten("alice@example.com");
  EXPECT_EQ(reverse_sender(to_lower(address), kKeys, kNow).address, "alice@example.com");
  EXPECT_EQ(reverse_sender(to_upper(address), kKeys, kNow).address, "ALICE@EXAMPLE.COM");
}

TEST(Srs, ASecondForwarderKeepsTheFirst) {
  const SigningKeys others = {"theirs"};
  const std::string first = rewritten("alice@example.com", kNow, others, "first.test");
  const std::string second = rewritten(first);
  EXPECT_TRUE(second.starts_with("SRS1=")) << second;
  const auto back = reverse_sender(second, kKeys, kNow);
  EXPECT_EQ(back.address, first);
  EXPECT_EQ(reverse_sender(back.address, others, kNow).address, "alice@example.com");

  const SigningKeys third_keys = {"third"};
  const std::string third = rewritten(second, kNow, third_keys, "third.test");
  EXPECT_TRUE(third.starts_with("SRS1=")) << third;
  EXPECT_EQ(third.size(), second.size() + 2);  // it does not grow but by the domain
  EXPECT_EQ(reverse_sender(third, third_keys, kNow).address, first);
}

TEST(Srs, OtherForwardersSeparatorsAreKept) {
  for (const char* sender :
       {"SRS0+abcd+xy+example.com+a@first.test", "SRS0-abcd-xy-example.com-a@first.test",
        "srs0=abcd=xy=example.com=a@first.test"}) {
    const auto back = reverse_sender(rewritten(sender), kKeys, kNow);
    EXPECT_TRUE(iequals(back.address, sender)) << back.address;
  }
}

TEST(Srs, WhatIsChangedIsForged) {
  const std::string address = rewritten("alice@example.com");
  const std::string local = local_of(address);
  for (std::size_t i = 5; i < local.size(); ++i) {
    std::string changed = local;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(reverse_sender(changed + "@fwd.test", kKeys, kNow).status, Reversal::forged)
        << changed;
  }
  for (std::size_t size = 5; size < local.size(); ++size) {
    EXPECT_EQ(reverse_sender(local.substr(0, size) + "@fwd.test", kKeys, kNow).status,
              Reversal::forged);
  }
  for (const char* text :
       {"SRS0=", "SRS0==", "SRS0====@x", "SRS1=@x", "SRS1=a=b=c@x", "SRS0=a=b=c=d@fwd.test"}) {
    EXPECT_EQ(reverse_sender(text, kKeys, kNow).status, Reversal::forged) << text;
  }
}

TEST(Srs, AHashOfOneKindDoesNotServeForTheOther) {
  std::string address = rewritten("alice@example.com");
  address[3] = '1';
  EXPECT_EQ(reverse_sender(address, kKeys, kNow).status, Reversal::forged);
}

TEST(Srs, Expires) {
  const std::string address = rewritten("alice@example.com");
  EXPECT_EQ(reverse_sender(address, kKeys, kNow + 24h * 21).status, Reversal::reversed);
  EXPECT_EQ(reverse_sender(address, kKeys, kNow + 24h * 22).status, Reversal::expired);
  EXPECT_EQ(reverse_sender(address, kKeys, kNow - 24h).status, Reversal::reversed);
  EXPECT_EQ(reverse_sender(address, kKeys, kNow - 24h * 2).status, Reversal::expired);
  // Days come round, signed ones too: after 1024 of them an old address is young once more.
  EXPECT_EQ(reverse_sender(address, kKeys, kNow + 24h * 1000).status, Reversal::expired);
}

TEST(Srs, KeysAreChangedWithoutLosingBounces) {
  const std::string address = rewritten("alice@example.com");
  EXPECT_EQ(reverse_sender(address, {"a new one", "a secret"}, kNow).status, Reversal::reversed);
  EXPECT_EQ(reverse_sender(address, {"a new one"}, kNow).status, Reversal::forged);
  EXPECT_EQ(reverse_sender(address, {}, kNow).status, Reversal::forged);
  EXPECT_NE(rewritten("alice@example.com", kNow, {"a new one", "a secret"}), address);
}

TEST(Srs, SomeSendersAreLeftAlone) {
  EXPECT_EQ(rewrite_sender("", kOurs, kKeys, kNow).status, Rewriting::not_needed);
  EXPECT_EQ(rewrite_sender("bob@FWD.test", kOurs, kKeys, kNow).status, Rewriting::not_needed);
  for (const char* sender : {"nobody", "\"a b\"@x.test", "a@[192.0.2.1]", "a b@x.test", "@x.test",
                             "a..b@x.test", "a@x..test", "a@x=y.test"}) {
    EXPECT_EQ(rewrite_sender(sender, kOurs, kKeys, kNow).status, Rewriting::unsuitable) << sender;
  }
  EXPECT_EQ(rewrite_sender("a@x.test", kOurs, {}, kNow).status, Rewriting::unsuitable);
  EXPECT_EQ(reverse_sender("bob@fwd.test", kKeys, kNow).status, Reversal::not_srs);
  EXPECT_EQ(reverse_sender("SRS0@fwd.test", kKeys, kNow).status, Reversal::not_srs);
}

TEST(Srs, LocalPartsAreNotLongerThanAllowed) {
  const std::string fits(kMaxReturnPathLocal - std::string("SRS0=hhhhhhhh=tt=x.test=").size(), 'a');
  EXPECT_EQ(local_of(rewritten(fits + "@x.test")).size(), kMaxReturnPathLocal);
  EXPECT_EQ(rewrite_sender(fits + "a@x.test", kOurs, kKeys, kNow).status, Rewriting::too_long);
}

std::string tagged(QueueId id, Time at = kNow, const SigningKeys& keys = kKeys,
                   std::string_view sender = "alice@example.org") {
  return tag_return_path(sender, id, keys, at).value();
}

TEST(ReturnPathTagging, FindsItsMessageAgain) {
  for (const std::uint64_t number :
       {std::uint64_t{1}, std::uint64_t{1} << 20, std::uint64_t{1} << 59, std::uint64_t{1} << 60,
        ~std::uint64_t{0}}) {
    const std::string address = tagged(QueueId(number));
    const auto tag = read_return_path(address, kKeys, kNow);
    EXPECT_EQ(tag.status, Tag::good) << address;
    EXPECT_EQ(tag.message, QueueId(number));
    EXPECT_EQ(tag.address, "alice@example.org");
  }
  EXPECT_NE(tagged(QueueId(1)), tagged(QueueId(2)));
}

TEST(ReturnPathTagging, SurvivesAChangeOfCase) {
  EXPECT_EQ(read_return_path(to_upper(tagged(QueueId(7))), kKeys, kNow).message, QueueId(7));
}

TEST(ReturnPathTagging, WhatIsChangedIsForged) {
  const std::string address = tagged(QueueId(7));
  for (std::size_t i = 5; i < address.size(); ++i) {
    std::string changed = address;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_EQ(read_return_path(changed, kKeys, kNow).status, Tag::forged) << changed;
  }
  for (const char* text : {"prvs=", "prvs=a@example.org", "prvs==alice@example.org",
                           "prvs=1234abcdef=alice@example.org"}) {
    EXPECT_EQ(read_return_path(text, kKeys, kNow).status, Tag::forged) << text;
  }
  EXPECT_EQ(read_return_path(address, {"another"}, kNow).status, Tag::forged);
  EXPECT_EQ(read_return_path(address, {"another", "a secret"}, kNow).status, Tag::good);
}

TEST(ReturnPathTagging, ExpiresAndStillNamesItsMessage) {
  const std::string address = tagged(QueueId(7));
  EXPECT_EQ(read_return_path(address, kKeys, kNow + 24h * 14).status, Tag::good);
  const auto late = read_return_path(address, kKeys, kNow + 24h * 15);
  EXPECT_EQ(late.status, Tag::expired);
  EXPECT_EQ(late.message, QueueId(7));
}

TEST(ReturnPathTagging, SomeSendersStayUntagged) {
  EXPECT_FALSE(tag_return_path("", QueueId(1), kKeys, kNow));
  EXPECT_FALSE(tag_return_path("nobody", QueueId(1), kKeys, kNow));
  EXPECT_FALSE(tag_return_path("\"a b\"@x.test", QueueId(1), kKeys, kNow));
  EXPECT_FALSE(tag_return_path("a@x.test", QueueId(1), {}, kNow));
  const std::string fits(kMaxReturnPathLocal - std::string("prvs=hhhhhhhhttnnnn=").size(), 'a');
  EXPECT_TRUE(tag_return_path(fits + "@x.test", QueueId(1), kKeys, kNow));
  EXPECT_FALSE(tag_return_path(fits + "a@x.test", QueueId(1), kKeys, kNow));
  const auto untagged = read_return_path("alice@example.org", kKeys, kNow);
  EXPECT_EQ(untagged.status, Tag::untagged);
  EXPECT_EQ(untagged.address, "alice@example.org");
}

}  // namespace
}  // namespace freehold::trust
