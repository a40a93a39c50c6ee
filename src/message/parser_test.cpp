#include "message/parser.hpp"

#include <gtest/gtest.h>

#include "message/testing/parsed_check.hpp"

namespace freehold::message {
namespace {

// The tree in one line: "mixed(plain html(…))" with each leaf's body.
std::string tree(const std::string& message, const Parsed& parsed, std::size_t at = 0) {
  const Part& part = parsed.parts[at];
  std::string out = part.type + "/" + part.subtype;
  if (part.children == 0) {
    return out + "[" + message.substr(part.body_begin, part.size()) + "]";
  }
  out += "(";
  std::uint32_t seen = 0;
  for (std::size_t i = at + 1; i < parsed.parts.size(); ++i) {
    if (parsed.parts[i].parent != at) continue;
    out += (seen++ > 0 ? " " : "") + tree(message, parsed, i);
  }
  EXPECT_EQ(seen, part.children);
  return out + ")";
}

std::string tree(const std::string& message) { return tree(message, parse(message)); }

const std::string kMixed = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";

TEST(Parser, SeesTheTreeOfAnyMessage) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "text/plain[]"},
      {"\r\n", "text/plain[]"},
      {"\r\nbody", "text/plain[body]"},
      {"Hello world\r\nno header", "text/plain[Hello world\r\nno header]"},
      {"A: b\r\n\r\nbody\r\n", "text/plain[body\r\n]"},
      {"A: b\n\nbody\n", "text/plain[body\n]"},
      {"A: b", "text/plain[]"},
      {"A: b\r\nno separator\r\nmore", "text/plain[no separator\r\nmore]"},
      {"From a@x.example Mon Nov 23\r\nA: b\r\n\r\nbody", "text/plain[body]"},
      {"Content-Type: image/PNG\r\n\r\nx", "image/png[x]"},
      {"Content-Type: nonsense\r\n\r\nx", "text/plain[x]"},
      {kMixed + "pre\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\nepi",
       "multipart/mixed(text/plain[one] text/plain[two])"},
      {kMixed + "--b\r\n\r\none\r\n", "multipart/mixed(text/plain[one\r\n])"},
      {kMixed + "--b\r\n\r\none\r\n--b", "multipart/mixed(text/plain[one] text/plain[])"},
      {kMixed + "--b\r\n\r\none\r\n--b--", "multipart/mixed(text/plain[one])"},
      {kMixed + "--b\n\none\n--b--\n", "multipart/mixed(text/plain[one])"},
      {kMixed + "--b \t\r\n\r\none\r\n--b-- \r\n", "multipart/mixed(text/plain[one])"},
      {kMixed + "--b\r\n\r\n--b\r\n\r\n\r\n--b--\r\n",
       "multipart/mixed(text/plain[] text/plain[])"},
      {kMixed + "--b\r\n--b--\r\n", "multipart/mixed(text/plain[])"},
      {kMixed + "--b\r\nContent-Type: image/png\r\n--b--\r\n", "multipart/mixed(image/png[])"},
      {kMixed + "--b\r\nno header\r\n--b--\r\n", "multipart/mixed(text/plain[no header])"},
      {kMixed + "--bb\r\n\r\nx\r\n", "multipart/mixed[--bb\r\n\r\nx\r\n]"},
      {kMixed + "--b\r\n\r\n--\r\n--x\r\n-\r\n--b--\r\n",
       "multipart/mixed(text/plain[--\r\n--x\r\n-])"},
      {kMixed + "--b\r\n\r\none\r\n--b--\r\n--b\r\n\r\nepilogue\r\n",
       "multipart/mixed(text/plain[one])"},
      {kMixed + "nothing", "multipart/mixed[nothing]"},
      {"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx", "multipart/mixed[--b\r\n\r\nx]"},
      // A boundary that begins like the one around it.
      {kMixed + "--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n\r\nx\r\n"
                "--bb--\r\n--b\r\n\r\ny\r\n--b--\r\n",
       "multipart/mixed(multipart/alternative(text/plain[x]) text/plain[y])"},
      // The inner one never ends.
      {kMixed + "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nx\r\n"
                "--b\r\n\r\ny\r\n--b--\r\n",
       "multipart/mixed(multipart/alternative(text/plain[x]) text/plain[y])"},
      {"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx", "message/rfc822(text/plain[x])"},
      {"Content-Type: message/rfc822\r\n\r\n", "message/rfc822(text/plain[])"},
      {"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nx",
       "message/rfc822[x]"},
      {kMixed + "--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; "
                "boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n\r\n--b\r\n\r\ny\r\n--b--\r\n",
       "multipart/mixed(message/rfc822(multipart/mixed(text/plain[x])) text/plain[y])"},
      {"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: a\r\n\r\nx\r\n--b\r\n"
       "Content-Type: text/plain\r\n\r\ny\r\n--b--\r\n",
       "multipart/digest(message/rfc822(text/plain[x]) text/plain[y])"},
      {"Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n--b--\r\n",
       "multipart/digest(message/rfc822(text/plain[]))"},
      {std::string("A: b\r\n\r\nnul\0nul", 15), std::string("text/plain[nul\0nul]", 19)},
  };
  for (const auto& [message, expected] : cases) {
    EXPECT_EQ(tree(message), expected) << message;
    const Parsed whole = parse(message);
    EXPECT_EQ(testing::unsound(whole, message.size()), "") << message;
    for (std::size_t step = 1; step < 8; ++step) {
      Parser parser;
      for (std::size_t at = 0; at < message.size(); at += step)
        parser.feed(std::string_view(message).substr(at, step));
      EXPECT_EQ(testing::different(parser.finish(), whole), "") << step << message;
    }
  }
}

const std::string kTypical =
    "From: =?utf-8?q?J=C3=BCrgen?= <j@example.org>\r\n"
    "To: b@example.org\r\n"
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    "Date: Mon, 23 Nov 2026 20:47:06 +0100\r\n"
    "Message-ID: <1@example.org>\r\n"
    "Content-Type: multipart/mixed; boundary=out\r\n"
    "\r\n"
    "--out\r\n"
    "Content-Type: multipart/alternative; boundary=in\r\n"
    "\r\n"
    "--in\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "Hello =\r\nw=C3=B6rld\r\nsecond line\r\n"
    "--in\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "\r\n"
    "<p>Hello</p>\r\n"
    "--in--\r\n"
    "--out\r\n"
    "Content-Type: application/pdf; name=a.pdf\r\n"
    "Content-Disposition: attachment; filename=\"b c.pdf\"\r\n"
    "Content-ID: <id@example.org>\r\n"
    "Content-Description: A paper\r\n"
    "Content-Language: de, en\r\n"
    "Content-Location: http://example.org/a\r\n"
    "Content-MD5: abc==\r\n"
    "Content-Transfer-Encoding: BASE64\r\n"
    "\r\n"
    "aGVsbG8=\r\n"
    "--out--\r\n";

TEST(Parser, TellsAllThatBodystructureShows) {
  const Parsed parsed = parse(kTypical);
  ASSERT_EQ(parsed.parts.size(), 5U);
  const Part& pdf = parsed.parts[4];
  EXPECT_EQ(pdf.filename(), "b c.pdf");
  EXPECT_EQ(pdf.disposition, "attachment");
  EXPECT_EQ(pdf.id, "<id@example.org>");
  EXPECT_EQ(pdf.description, "A paper");
  EXPECT_EQ(pdf.languages, (std::vector<std::string>{"de", "en"}));
  EXPECT_EQ(pdf.location, "http://example.org/a");
  EXPECT_EQ(pdf.md5, "abc==");
  EXPECT_EQ(pdf.encoding, "base64");
  EXPECT_EQ(pdf.size(), 8U);
  EXPECT_EQ(parsed.parts[2].lines, 2U);
  EXPECT_TRUE(parsed.has_attachment);
  EXPECT_EQ(parsed.first_text_part, 2U);
  EXPECT_EQ(parsed.preview, "Hello wörld second line");
  EXPECT_EQ(parsed.size, kTypical.size());
  EXPECT_EQ(parsed.envelope.decoded_subject(), "Grüße");
  EXPECT_EQ(parsed.envelope.from[0].display_name(), "Jürgen");
  EXPECT_EQ(parsed.envelope.message_ids[0], "1@example.org");
  EXPECT_EQ(parsed.envelope.sender_or_from(), parsed.envelope.from);
  EXPECT_EQ(rfc3339(parsed.envelope.sent_at->at), "2026-11-23T19:47:06Z");
  EXPECT_EQ(parsed.header.raw(), kTypical.substr(0, parsed.parts[0].body_begin));
}

TEST(Parser, GivesTheNestedEnvelope) {
  const Parsed parsed = parse(
      "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nFrom: a@x.example\r\n\r\nx\r\ny\r\n");
  ASSERT_TRUE(parsed.parts[0].envelope);
  EXPECT_EQ(parsed.parts[0].envelope->subject, "inner");
  EXPECT_EQ(parsed.parts[0].lines, 5U);
  EXPECT_EQ(parsed.parts[1].lines, 2U);
  EXPECT_FALSE(parsed.first_text_part);
}

TEST(Parser, SurvivesBeingMoved) {
  Parsed first = parse("Subject: short\r\n\r\n");
  const Parsed second = std::move(first);
  EXPECT_EQ(second.header.get("subject"), "short");
  EXPECT_EQ(second.header.name(second.header.fields()[0]), "Subject");
}

TEST(Parser, NotesTheFacts) {
  EXPECT_TRUE(parse("A: b\n\nx").bare_lf);
  EXPECT_FALSE(parse("A: b\r\n\r\nx\r").bare_lf);
  EXPECT_TRUE(parse("A: b\r\n\r\nx\xff").eight_bit);
  EXPECT_FALSE(parse("A: b\r\n\r\nx\x7f").eight_bit);
  EXPECT_TRUE(parse(std::string_view("A: b\r\n\r\n\0", 9)).has_nul);
}

TEST(Parser, TakesHtmlForThePreviewWhenThePlainTextIsBlank) {
  const std::string head = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n";
  const std::string html =
      "\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi &amp; bye</p>\r\n--b--\r\n";
  EXPECT_EQ(parse(head + "  " + html).preview, "Hi & bye");
  EXPECT_EQ(parse(head + "plain" + html).preview, "plain");
  EXPECT_EQ(parse("Content-Type: text/html\r\n\r\n<style>" + std::string(2000, 'x') + "</style>Hi")
                .preview,
            "Hi");
}

TEST(Parser, ShowsNoAttachmentAsPreview) {
  const Parsed parsed =
      parse("Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nx");
  EXPECT_EQ(parsed.preview, "");
  EXPECT_TRUE(parsed.has_attachment);
}

TEST(Parser, KeepsItsLimits) {
  Limits limits;
  limits.parts = 3;
  limits.fields = 2;
  const std::string part = "--b\r\n\r\nx\r\n";
  const Parsed many = parse(kMixed + part + part + part + part, limits);
  EXPECT_TRUE(many.limited);
  EXPECT_EQ(many.parts.size(), 3U);
  EXPECT_EQ(testing::unsound(many, many.size), "");
  EXPECT_TRUE(parse("A: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits).limited);
  EXPECT_FALSE(parse("A: 1\r\nB: 2\r\n\r\n", limits).limited);

  limits = {};
  limits.header = 10;
  limits.part_header = 10;
  const Parsed cut = parse("Subject: this is long\r\nB: c\r\n\r\nbody", limits);
  EXPECT_TRUE(cut.header_truncated);
  EXPECT_EQ(cut.header.raw().size(), 10U);
  EXPECT_EQ(cut.parts[0].size(), 4U);
}

TEST(Parser, BoundsTheDepth) {
  std::string nested;
  for (int i = 0; i < 100; ++i) {
    const std::string boundary = "b" + std::to_string(i);
    nested +=
        "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  const Parsed parsed = parse(nested);
  EXPECT_TRUE(parsed.limited);
  EXPECT_EQ(parsed.parts.size(), 32U);
  std::string messages;
  for (int i = 0; i < 100; ++i) messages += "Content-Type: message/rfc822\r\n\r\n";
  EXPECT_EQ(parse(messages).parts.size(), 32U);
}

TEST(Parts, AreFoundByTheirSection) {
  const std::string message =
      kMixed +
      "--b\r\n\r\none\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nContent-Type: multipart/mixed; "
      "boundary=c\r\n\r\n--c\r\n\r\ntwo\r\n--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nA: "
      "b\r\n\r\nthree\r\n--b--\r\n";
  const Parsed parsed = parse(message);
  using Section = std::vector<std::uint32_t>;
  const auto body = [&](const Section& section) {
    const auto found = find_part(parsed.parts, section);
    if (!found) return std::string("none");
    const Part& part = parsed.parts[*found];
    return part.subtype == "plain" ? message.substr(part.body_begin, part.size()) : part.subtype;
  };
  EXPECT_EQ(body({}), "mixed");
  EXPECT_EQ(body({1}), "one");
  EXPECT_EQ(body({2}), "rfc822");
  EXPECT_EQ(body({2, 1}), "two");
  EXPECT_EQ(body({3, 1}), "three");
  for (const Section& bad :
       {Section{0}, Section{4}, Section{1, 1}, Section{2, 2}, Section{3, 2}, Section{2, 1, 1}}) {
    EXPECT_EQ(body(bad), "none");
  }
  EXPECT_EQ(section_of(parsed.parts, 1), "1");
  EXPECT_EQ(section_of(parsed.parts, 4), "2.1");
  EXPECT_EQ(section_of(parsed.parts, 6), "3.1");
  EXPECT_EQ(section_of(parse("A: b\r\n\r\nx").parts, 0), "1");
}

}  // namespace
}  // namespace freehold::message
