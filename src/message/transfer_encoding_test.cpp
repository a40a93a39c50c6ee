#include "message/transfer_encoding.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace freehold::message {
namespace {

constexpr auto kQp = TransferEncoding::quoted_printable;
constexpr auto kBase64 = TransferEncoding::base64;

struct Case {
  TransferEncoding encoding;
  std::string coded, plain;
};

const Case kCases[] = {
    {kQp, "caf=C3=A9", "caf\xc3\xa9"},
    {kQp, "caf=c3=a9", "caf\xc3\xa9"},
    {kQp, "soft=\r\nbreak", "softbreak"},
    {kQp, "soft= \t\r\nbreak", "softbreak"},
    {kQp, "soft=\nbreak", "softbreak"},
    {kQp, "trailing  \r\nspace", "trailing\r\nspace"},
    {kQp, "inner  space", "inner  space"},
    {kQp, "kept=20\r\n", "kept \r\n"},
    {kQp, "bad=ZZ escape", "bad=ZZ escape"},
    {kQp, "half=4", "half=4"},
    {kQp, "a==41", "a=A"},
    {kQp, "end=", "end"},
    {kQp, "lf\nonly", "lf\nonly"},
    {kQp, "cr\ronly", "cr\ronly"},
    {kQp, "tab \t x", "tab \t x"},
    {kBase64, "aGVsbG8=", "hello"},
    {kBase64, "aGVs\r\nbG8=\r\n", "hello"},
    {kBase64, "aG Vs*bG8", "hello"},
    {kBase64, "aGVsbG8=aGVsbG8=", "hellohello"},
    {kBase64, "", ""},
    {TransferEncoding::identity, "as=20is", "as=20is"},
};

TEST(TransferDecoder, DecodesLeniently) {
  for (const Case& c : kCases) EXPECT_EQ(decode_transfer(c.coded, c.encoding), c.plain) << c.coded;
}

TEST(TransferDecoder, DoesNotCareHowTheBodyIsCut) {
  for (const Case& c : kCases) {
    TransferDecoder decoder(c.encoding);
    std::string out;
    for (const char byte : c.coded) decoder.decode({&byte, 1}, out);
    decoder.finish(out);
    EXPECT_EQ(out, c.plain) << c.coded;
  }
}

TEST(TransferDecoder, HoldsBackABoundedRunOfWhiteSpace) {
  const std::string blanks(100'000, ' ');
  EXPECT_EQ(decode_transfer(blanks + "x", kQp), blanks + "x");
}

TEST(TransferEncoding, IsReadFromItsField) {
  EXPECT_EQ(transfer_encoding(" BASE64 "), kBase64);
  EXPECT_EQ(transfer_encoding("quoted-printable"), kQp);
  EXPECT_EQ(transfer_encoding("8bit"), TransferEncoding::identity);
  EXPECT_EQ(transfer_encoding("x-uuencode"), TransferEncoding::identity);
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\r\n", at), text.size());
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

TEST(Encoders, KeepWithin76ColumnsAndComeBackAsTheyWere) {
  std::string bytes;
  for (int i = 0; i < 3000; ++i) {
    bytes.push_back(static_cast<char>(i * 7));
    const std::string coded = encode_base64(bytes);
    ASSERT_LE(longest_line(coded), 76U);
    ASSERT_EQ(decode_transfer(coded, kBase64), bytes);
    if (i % 50 != 0) continue;
    const std::string quoted = encode_quoted_printable(bytes, false);
    ASSERT_LE(longest_line(quoted), 76U);
    ASSERT_EQ(decode_transfer(quoted, kQp), bytes);
  }
}

TEST(Encoders, EncodeInPiecesAsAtOnce) {
  const std::string bytes(500, 'x');
  std::string out;
  Base64Encoder encoder;
  for (std::size_t at = 0; at < bytes.size(); at += 7) encoder.encode(bytes.substr(at, 7), out);
  encoder.finish(out);
  EXPECT_EQ(out, encode_base64(bytes));
}

TEST(QuotedPrintable, GuardsWhatRelaysChange) {
  EXPECT_EQ(encode_quoted_printable("From me\n.\nend "), "=46rom me\r\n=2E\r\nend=20");
}

}  // namespace
}  // namespace freehold::message
