#include "message/builder.hpp"

#include <gtest/gtest.h>

#include "message/date.hpp"
#include "message/parser.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::message {
namespace {

std::string body_of(const std::string& message, const Part& part) {
  return decode_transfer(std::string_view(message).substr(part.body_begin, part.size()),
                         part.transfer());
}

TEST(HeaderWriter, FoldsAt78AndComesBack) {
  std::string subject;
  for (int i = 0; i < 40; ++i) subject += "wörd and words ";
  subject.pop_back();
  Addresses to;
  for (int i = 0; i < 30; ++i) {
    to.push_back({.name = "Name, " + std::to_string(i), .local = "user", .domain = "example.org"});
  }
  HeaderWriter writer;
  writer.text("Subject", subject).addresses("To", to).raw("X-Long", std::string(2000, 'x'));
  const Header header(writer.str() + "\r\n");
  const Envelope envelope = make_envelope(header);
  EXPECT_EQ(envelope.decoded_subject(), subject);
  EXPECT_EQ(envelope.to, to);
  std::string_view rest = writer.str();
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    EXPECT_LE(line.size(), line.contains("xxxx") ? 998U : 78U) << line;
    rest.remove_prefix(end + 2);
  }
}

TEST(HeaderWriter, LetsNoValueStartAnotherField) {
  HeaderWriter writer;
  writer.raw("A", "x\r\nBcc: y")
      .text("B", "x\r\n\r\nbody")
      .addresses("To", {{.name = "a\r\nBcc: b", .local = "c\r\nd", .domain = "x.example"}});
  EXPECT_EQ(Header(writer.str()).fields().size(), 3U);
  EXPECT_FALSE(writer.str().contains("\r\n\r\n"));
  EXPECT_EQ(Header(writer.str()).find("bcc"), nullptr);
}

TEST(Entity, ChoosesTheEncodingThatFits) {
  struct Case {
    std::string text, encoding;
  };
  const Case cases[] = {
      {"plain\r\n", "7bit"},
      {"some text with an ü in it that is mostly plain", "quoted-printable"},
      {"你好世界", "base64"},
      {std::string(2000, 'x'), "quoted-printable"},
      {"", "7bit"},
  };
  for (const Case& c : cases) {
    const std::string message = build_message({}, Entity::text(c.text));
    const Parsed parsed = parse(message);
    EXPECT_EQ(parsed.parts[0].encoding, c.encoding);
    EXPECT_EQ(body_of(message, parsed.parts[0]), c.text);
    EXPECT_FALSE(parsed.eight_bit);
  }
}

TEST(Entity, MakesMultipartsThatAreReadBack) {
  const std::string nested = "Subject: in\r\n\r\n8-bit: \xc3\xbc\r\n";
  HeaderWriter fields;
  fields.date("Date", Time{}).raw("Message-ID", "<" + make_message_id("example.org") + ">");
  const std::string message = build_message(
      fields, Entity::multipart(
                  "mixed",
                  {Entity::multipart("alternative",
                                     {Entity::text("a\nb"), Entity::text("<p>a</p>", "html")}),
                   Entity::file("image/png", "\x89PNG", "Bild größer.png"),
                   Entity::file("image/gif", "GIF", {}, "cid@example.org"), Entity::message(nested),
                   Entity::message_headers(nested), Entity::message("Subject: \xc3\xbc\r\n\r\n")}));
  const Parsed parsed = parse(message);
  ASSERT_EQ(parsed.parts.size(), 11U);
  EXPECT_EQ(body_of(message, parsed.parts[2]), "a\r\nb");
  EXPECT_EQ(parsed.parts[4].filename(), "Bild größer.png");
  EXPECT_EQ(body_of(message, parsed.parts[4]), "\x89PNG");
  EXPECT_EQ(parsed.parts[5].id, "<cid@example.org>");
  EXPECT_EQ(parsed.parts[5].disposition, "inline");
  EXPECT_EQ(body_of(message, parsed.parts[6]), nested);
  EXPECT_EQ(parsed.parts[6].encoding, "8bit");
  EXPECT_EQ(parsed.parts[0].encoding, "8bit");
  EXPECT_TRUE(parsed.parts[8].is("text", "rfc822-headers"));
  EXPECT_EQ(body_of(message, parsed.parts[8]), "Subject: in\r\n");
  EXPECT_TRUE(parsed.parts[9].is("message", "global"));
  EXPECT_FALSE(parsed.bare_lf);
  EXPECT_EQ(parsed.envelope.message_ids.size(), 1U);
}

TEST(Crlf, IsTheOnlyLineEnd) {
  EXPECT_EQ(with_crlf("a\nb\rc\r\nd\n\r"), "a\r\nb\r\nc\r\nd\r\n\r\n");
}

}  // namespace
}  // namespace freehold::message
