#include "trust/canonical.hpp"

#include <gtest/gtest.h>

#include "message/header.hpp"
#include "trust/signed_header.hpp"

namespace freehold::trust {
namespace {

std::string canonical(Canonicalization how, const std::string& block) {
  const message::Header header(block);
  std::string out;
  for (const auto& field : header.fields()) {
    append_canonical(out, how, header.name(field), header.value(field), header.line(field));
  }
  return out;
}

TEST(Canonical, HeaderIsAsTheRfcShowsIt) {  // RFC 6376, 3.4.5
  const std::string block = "A: X\r\nB : Y\t\r\n\tZ  \r\n";
  EXPECT_EQ(canonical(Canonicalization::relaxed, block), "a:X\r\nb:Y Z\r\n");
  EXPECT_EQ(canonical(Canonicalization::simple, block), block);
}

TEST(Canonical, RelaxedHeaderLosesFoldsAndRunsOfWhiteSpace) {
  const std::pair<std::string, std::string> cases[] = {
      {"SubJect:x\r\n", "subject:x\r\n"},
      {"Subject:\r\n", "subject:\r\n"},
      {"Subject: \t \r\n", "subject:\r\n"},
      {"Subject:\r\n x\r\n", "subject:x\r\n"},
      {"Subject: a\r\n  b \r\n\t \r\n c\r\n", "subject:a b c\r\n"},
      {"Subject: a\n b\n", "subject:a b\r\n"},  // as a file from elsewhere has it
      {"Subject: a\rb\r\n", "subject:a\rb\r\n"},
      {"Subject: \xc3\xbc  \xff\r\n", "subject:\xc3\xbc \xff\r\n"},
      {"Subject: no end", "subject:no end\r\n"},
  };
  for (const auto& [block, expected] : cases) {
    EXPECT_EQ(canonical(Canonicalization::relaxed, block), expected) << block;
  }
}

std::string covered(const std::string& block, const std::vector<std::string>& names,
                    std::size_t own = 99) {
  const message::Header header(block);
  std::string out;
  append_signed_fields(out, Canonicalization::relaxed, header, names,
                       own < header.fields().size() ? &header.fields()[own] : nullptr);
  return out;
}

TEST(SignedHeader, FieldsOfOneNameAreTakenFromTheBottom) {  // RFC 6376, 5.4.2
  const std::string block = "R: 1\r\nA: x\r\nR: 2\r\nR: 3\r\n";
  EXPECT_EQ(covered(block, {"r"}), "r:3\r\n");
  EXPECT_EQ(covered(block, {"r", "a", "r"}), "r:3\r\na:x\r\nr:2\r\n");
  EXPECT_EQ(covered(block, {"r", "r", "r", "r", "b"}), "r:3\r\nr:2\r\nr:1\r\n");
}

TEST(SignedHeader, NeverHasTheSignatureItself) {
  const std::string block = "S: new\r\nA: x\r\nS: old\r\n";
  EXPECT_EQ(covered(block, {"s", "s"}, 0), "s:old\r\n");
  EXPECT_EQ(covered(block, {"s", "s"}, 2), "s:new\r\n");
}

TEST(SignedHeader, OwnFieldHasAnEmptyB) {
  const std::string line = "DKIM-Signature: v=1; b= AB\r\n CD ;\r\n d=x\r\n";
  const std::string_view value = std::string_view(line).substr(15, line.size() - 17);
  const std::size_t begin = value.find("b=") + 2;
  const std::size_t end = value.find(';', begin);
  std::string out;
  append_own_field(out, Canonicalization::simple, "DKIM-Signature", value, line, begin, end);
  EXPECT_EQ(out, "DKIM-Signature: v=1; b=;\r\n d=x");
  out.clear();
  append_own_field(out, Canonicalization::relaxed, "DKIM-Signature", value, line, begin, end);
  EXPECT_EQ(out, "dkim-signature:v=1; b=; d=x");
}

}  // namespace
}  // namespace freehold::trust
