#include "trust/body_hash.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

constexpr auto kSimple = Canonicalization::simple;
constexpr auto kRelaxed = Canonicalization::relaxed;

Digest digest(Canonicalization how, std::string_view body, std::size_t piece,
              std::optional<std::uint64_t> length = {}) {
  BodyHasher hasher({how, length});
  for (std::size_t at = 0; at < body.size(); at += piece) hasher.update(body.substr(at, piece));
  hasher.finish();
  return hasher.digest();
}

// RFC 6376, 3.4.3 and 3.4.4 said again, a line at a time, with the whole body in memory.
std::string plainly(Canonicalization how, const std::string& body) {
  std::string out;
  std::string line;
  const auto end_line = [&](bool ended) {
    if (how == kRelaxed) {
      std::string squeezed;
      for (const char c : line) {
        const bool space = c == ' ' || c == '\t';
        if (!space) squeezed += c;
        if (space && !squeezed.ends_with(' ')) squeezed += ' ';
      }
      if (squeezed.ends_with(' ')) squeezed.pop_back();
      line = squeezed;
    }
    out += line + (ended ? "\r\n" : "");
    line.clear();
  };
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (body.compare(i, 2, "\r\n") == 0) {
      end_line(true);
      ++i;
    } else {
      line += body[i];
    }
  }
  end_line(false);
  while (out.ends_with("\r\n")) out.resize(out.size() - 2);
  if (!out.empty() || how == kSimple) out += "\r\n";
  return out;
}

TEST(BodyHash, IsOfTheCanonicalBody) {
  struct Case {
    Canonicalization how;
    std::string body;
    std::string canonical;
  };
  const Case cases[] = {
      {kRelaxed, " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"},  // RFC 6376, 3.4.5
      {kSimple, " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n"},
      {kSimple, "", "\r\n"},
      {kRelaxed, "", ""},
      {kSimple, "\r\n\r\n", "\r\n"},
      {kRelaxed, "\r\n\r\n", ""},
      {kRelaxed, " \t\r\n \r\n", ""},
      {kSimple, " \r\n\r\n", " \r\n"},
      {kSimple, "no end", "no end\r\n"},
      {kRelaxed, "no end", "no end\r\n"},
      {kRelaxed, "no end \t", "no end\r\n"},
      {kSimple, "a\r\n\r\n\r\nb\r\n\r\n", "a\r\n\r\n\r\nb\r\n"},
      {kRelaxed, "a\r\n \r\n\t\r\nb\r\n \r\n", "a\r\n\r\n\r\nb\r\n"},
      {kRelaxed, "a\tb\t\tc", "a b c\r\n"},
      {kRelaxed, "a \rb \r", "a \rb \r\r\n"},  // a CR alone ends no line
      {kSimple, "a\r", "a\r\r\n"},
      {kSimple, "a\nb\n", "a\nb\n\r\n"},
  };
  for (const auto& [how, body, canonical] : cases) {
    for (const std::size_t piece : {1UL, 2UL, 3UL, 1000UL}) {
      EXPECT_EQ(digest(how, body, piece), sha256(canonical)) << body << " by " << piece;
    }
  }
}

TEST(BodyHash, OfNoBodyIsAsTheRfcGivesIt) {  // RFC 6376, 3.4.3 and 3.4.4 for SHA-256
  EXPECT_EQ(base64(digest(kSimple, "", 1).view()), "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=");
  EXPECT_EQ(base64(digest(kRelaxed, "", 1).view()), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

TEST(BodyHash, DoesNotDependOnHowTheBodyIsCut) {
  std::mt19937 random(7);
  static constexpr std::string_view kBits[] = {
      " ",        "\t",
      "\r\n",     "\r\n\r\n",
      "\r",       "\n",
      "word",     "  \r\n",
      "x",        "longer text without any",
      "\xc3\xbc", "0123456789012345678901234567890123456789"};
  for (int round = 0; round < 300; ++round) {
    std::string body;
    const std::size_t size = random() % (round % 10 == 0 ? 40000 : 700);
    const std::size_t variety = 1 + random() % std::size(kBits);
    while (body.size() < size) body += kBits[random() % variety];
    for (const Canonicalization how : {kSimple, kRelaxed}) {
      BodyHasher hasher({how, {}});
      for (std::size_t at = 0; at < body.size();) {
        const std::size_t piece = 1 + random() % (random() % 4 == 0 ? 9000 : 150);
        hasher.update(std::string_view(body).substr(at, piece));
        at += piece;
      }
      hasher.finish();
      const std::string canonical = plainly(how, body);
      ASSERT_EQ(hasher.digest(), sha256(canonical)) << round;
      ASSERT_EQ(hasher.size(), canonical.size());
    }
  }
}

TEST(BodyHash, OfALengthIsOfTheFirstCanonicalBytes) {
  const std::string body = "one  two\r\nthree\r\n";
  EXPECT_EQ(digest(kRelaxed, body, 3, 5), sha256("one t"));
  EXPECT_EQ(digest(kRelaxed, body, 3, 0), sha256(""));
  EXPECT_EQ(digest(kRelaxed, body, 3, 16), sha256("one two\r\nthree\r\n"));
  EXPECT_EQ(digest(kRelaxed, body, 3, 999), sha256("one two\r\nthree\r\n"));
}

TEST(BodyHash, IsMadeOnceForAllWhoWantTheSame) {
  BodyHashes bodies;
  const auto a = bodies.want({kRelaxed, {}});
  const auto b = bodies.want({kSimple, {}});
  const auto c = bodies.want({kRelaxed, 10});
  EXPECT_EQ(bodies.want({kRelaxed, {}}), a);
  EXPECT_NE(a, b);
  EXPECT_NE(a, c);
  bodies.update("text \r\n");
  bodies.finish();
  EXPECT_EQ(bodies.get(*a).digest(), sha256("text\r\n"));
  EXPECT_EQ(bodies.get(*b).digest(), sha256("text \r\n"));
}

TEST(BodyHash, DifferentOnesAreBounded) {
  BodyHashes bodies;
  for (std::uint64_t i = 0; i < kMaxBodyHashes; ++i) EXPECT_TRUE(bodies.want({kSimple, i}));
  EXPECT_FALSE(bodies.want({kSimple, {}}));
  EXPECT_TRUE(bodies.want({kSimple, 0}));
}

}  // namespace
}  // namespace freehold::trust
