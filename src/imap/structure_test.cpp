#include "imap/structure.hpp"

#include <gtest/gtest.h>

#include "base/testing/run.hpp"
#include "mailstore/content.hpp"
#include "mailstore/envelope_text.hpp"
#include "message/parser.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::imap {
namespace {

constexpr std::string_view kPlain =
    "From: Bert <bert@away.example>\r\nTo: Friends: a@b.example, c@d.example;\r\n"
    "Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@a>\r\n\r\nHello\r\n";

constexpr std::string_view kMixed =
    "Subject: outer\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\npreamble\r\n"
    "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>one</p>\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: inner\r\nX-Other: 1\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"
    "--y\r\n\r\nplain\r\n--y\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=a.png\r\n\r\nAAAA\r\n--y--\r\n"
    "--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: single\r\n\r\ntext\r\n"
    "--x--\r\nepilogue\r\n";

schema::Content content_of(std::string_view message) {
  return mailstore::content_of(message::parse(message));
}

awaitable<std::string> sent(std::function<void(Output&)> put) {
  auto [server, client] = net::memory_streams();
  Output out(*server);
  put(out);
  (void)co_await out.flush();
  server->close();
  std::string all;
  while (true) {
    char buffer[4096];
    const auto count = co_await client->read_some(buffer, net::after(std::chrono::seconds(5)));
    if (!count) co_return all;
    all.append(buffer, *count);
  }
}

std::string structure(std::string_view message, bool extended) {
  const auto content = content_of(message);
  return testing::run(sent([&](Output& out) { put_body_structure(out, content, extended); }));
}

TEST(Structure, AnEnvelopeIsWrittenWithGroupsAndDefaults) {
  const auto content = content_of(kPlain);
  EXPECT_EQ(mailstore::envelope_text(content.envelope()),
            "(NIL \"=?utf-8?q?gr=C3=BC=C3=9Fe?=\" ((\"Bert\" NIL \"bert\" \"away.example\")) "
            "((\"Bert\" NIL \"bert\" \"away.example\")) ((\"Bert\" NIL \"bert\" \"away.example\")) "
            "((NIL NIL \"Friends\" NIL)(NIL NIL \"a\" \"b.example\")(NIL NIL \"c\" \"d.example\")"
            "(NIL NIL NIL NIL)) NIL NIL NIL \"<1@a>\")");
}

TEST(Structure, BodiesAreWrittenAsTrees) {
  EXPECT_EQ(structure(kPlain, false), "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 7 1)");
  const auto mixed = structure(kMixed, true);
  EXPECT_TRUE(mixed.starts_with("((\"text\" \"html\" (\"charset\" \"utf-8\") NIL NIL \"7bit\""))
      << mixed;
  EXPECT_NE(mixed.find("(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" "), mixed.npos) << mixed;
  EXPECT_NE(mixed.find("(NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) (("), mixed.npos) << mixed;
  EXPECT_NE(mixed.find("(\"image\" \"png\" NIL NIL NIL \"base64\" 4 NIL (\"attachment\" "
                       "(\"filename\" \"a.png\")) NIL NIL)"),
            mixed.npos)
      << mixed;
  EXPECT_TRUE(mixed.ends_with(" \"mixed\" (\"boundary\" \"x\") NIL NIL NIL)")) << mixed;
}

TEST(Structure, AMultipartWithoutPartsIsShownAsText) {
  const auto text =
      structure("Content-Type: multipart/mixed; boundary=x\r\n\r\nnothing\r\n", false);
  EXPECT_TRUE(text.starts_with("(\"text\" \"plain\"")) << text;
  EXPECT_TRUE(structure("", false).starts_with("(\"text\" \"plain\""));
}

TEST(Structure, PartsAreFoundByTheirNumbers) {
  const auto mixed = content_of(kMixed);
  const auto subtype = [](const schema::Content& content, const std::vector<std::uint32_t>& part) {
    const auto found = find_part(content, part);
    return found ? content.parts(*found).subtype() : std::string("none");
  };
  const std::pair<std::vector<std::uint32_t>, std::string> table[] = {
      {{}, "mixed"},       {{1}, "html"},       {{2}, "rfc822"},   {{2, 1}, "plain"},
      {{2, 2}, "png"},     {{3}, "rfc822"},     {{3, 1}, "plain"}, {{4}, "none"},
      {{1, 1}, "none"},    {{2, 3}, "none"},    {{3, 2}, "none"},  {{2, 1, 1}, "none"},
      {{3, 1, 1}, "none"}, {{2, 2, 1}, "none"},
  };
  for (const auto& [part, wanted] : table) EXPECT_EQ(subtype(mixed, part), wanted);
  const auto plain = content_of(kPlain);
  EXPECT_EQ(subtype(plain, {1}), "plain");
  EXPECT_EQ(subtype(plain, {2}), "none");
  EXPECT_EQ(subtype(plain, {1, 1}), "none");
}

std::string section(std::string_view message, const char* text, const std::string& prefix = {}) {
  auto content = content_of(message);
  Lexer lexer(text);
  const auto request = read_fetch(lexer);
  EXPECT_TRUE(lexer.done()) << text;
  const auto read = [message](std::uint64_t begin, std::uint64_t end) {
    return std::string(message.substr(begin, end - begin));
  };
  const auto bytes = locate(content, prefix, message.size(), request.items.at(0).section, read);
  if (!bytes) return "none";
  const auto all = bytes->picked + read(bytes->begin, bytes->end);
  EXPECT_EQ(all.size(), bytes->size()) << text;
  return all;
}

TEST(Structure, SectionsAreLocated) {
  const std::pair<const char*, std::string> table[] = {
      {"BODY[]", std::string(kMixed)},
      {"BODY[HEADER]", "Subject: outer\r\nContent-Type: multipart/mixed; boundary=\"x\"\r\n\r\n"},
      {"BODY[HEADER.FIELDS (SUBJECT X)]", "Subject: outer\r\n\r\n"},
      {"BODY[HEADER.FIELDS.NOT (Content-Type)]", "Subject: outer\r\n\r\n"},
      {"BODY[HEADER.FIELDS (Absent)]", "\r\n"},
      {"BODY[1]", "<p>one</p>"},
      {"BODY[1.MIME]", "Content-Type: text/html; charset=utf-8\r\n\r\n"},
      {"BODY[1.HEADER]", "none"},
      {"BODY[1.TEXT]", "none"},
      {"BODY[2.HEADER]",
       "Subject: inner\r\nX-Other: 1\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"},
      {"BODY[2.HEADER.FIELDS (Subject)]", "Subject: inner\r\n\r\n"},
      {"BODY[2.HEADER.FIELDS.NOT (Subject Content-Type)]", "X-Other: 1\r\n\r\n"},
      {"BODY[2.1]", "plain"},
      {"BODY[2.2]", "AAAA"},
      {"BODY[3]", "Subject: single\r\n\r\ntext"},
      {"BODY[3.TEXT]", "text"},
      {"BODY[3.1]", "text"},
      {"BODY[4]", "none"},
  };
  for (const auto& [text, wanted] : table) EXPECT_EQ(section(kMixed, text), wanted) << text;
  EXPECT_EQ(section(kPlain, "BODY[TEXT]"), "Hello\r\n");
  EXPECT_EQ(section(kPlain, "BODY[1]"), "Hello\r\n");
}

TEST(Structure, TheRecipientsOwnFieldsComeFirst) {
  const std::string prefix = "Return-Path: <x@y>\r\nDelivered-To: anna@here.example\r\n";
  EXPECT_EQ(section(kPlain, "BODY[]", prefix), prefix + std::string(kPlain));
  EXPECT_TRUE(section(kPlain, "BODY[HEADER]", prefix).starts_with(prefix + "From:"));
  EXPECT_EQ(section(kPlain, "BODY[HEADER.FIELDS (Delivered-To Message-ID)]", prefix),
            "Delivered-To: anna@here.example\r\nMessage-ID: <1@a>\r\n\r\n");
  EXPECT_EQ(section(kPlain, "BODY[TEXT]", prefix), "Hello\r\n");
}

TEST(Structure, FoldedFieldsArePickedWhole) {
  const std::string header = "A: 1\r\n 2\r\nB: 3\r\n\tx\r\nA : 4\r\n\r\nbody";
  EXPECT_EQ(pick_fields(header, {"a"}, true), "A: 1\r\n 2\r\nA : 4\r\n\r\n");
  EXPECT_EQ(pick_fields(header, {"a"}, false), "B: 3\r\n\tx\r\n\r\n");
  EXPECT_EQ(pick_fields("", {"a"}, true), "\r\n");
}

}  // namespace
}  // namespace freehold::imap
