#include "filter/tokens.hpp"

#include <gtest/gtest.h>

#include <string>

#include "filter/limits.hpp"

namespace freehold::filter {
namespace {

Content content_of(std::string_view raw) {
  const message::Parsed parsed = message::parse(raw);
  const auto texts = read_texts(parsed, raw);
  return read_content(parsed, texts, Tokens::Names::kept);
}

Content text(std::string_view body, std::string_view type = "text/plain; charset=utf-8") {
  return content_of(
      "From: Ann <ann@shop.example>\r\nTo: bob@home.example\r\nSubject: Hi\r\n"
      "Date: Mon, 2 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@shop.example>\r\n"
      "MIME-Version: 1.0\r\nContent-Type: " +
      std::string(type) + "\r\n\r\n" + std::string(body));
}

std::string html(std::string_view body) {
  std::string all;
  const Content content = text(body, "text/html; charset=utf-8");
  for (std::size_t i = 0; i < content.tokens.size(); ++i) {
    all.append("[").append(content.tokens.name(i)).append("]");
  }
  return all;
}

TEST(Tokens, NameWhatTheyAreForAnExplanationAndAreTheSameWithout) {
  const std::string raw = "Subject: one two\r\n\r\nthree four";
  const message::Parsed parsed = message::parse(raw);
  const auto texts = read_texts(parsed, raw);
  const Content named = read_content(parsed, texts, Tokens::Names::kept);
  const Content bare = read_content(parsed, texts);
  EXPECT_TRUE(std::ranges::equal(named.tokens.all(), bare.tokens.all()));
  EXPECT_EQ(named.tokens.name(0), "every:message");
  EXPECT_EQ(bare.tokens.name(0), "");
}

TEST(Tokens, AreWordsAndPairsOfSubjectAndText) {
  const Content c = content_of("Subject: Cheap Watches\r\n\r\nBuy one now. Today only");
  EXPECT_TRUE(c.tokens.has("subject", "cheap"));
  EXPECT_TRUE(c.tokens.has("word", "watches"));
  EXPECT_TRUE(c.tokens.has("word", "buy"));
  std::string names;
  for (std::size_t i = 0; i < c.tokens.size(); ++i) names.append(c.tokens.name(i)).append("|");
  EXPECT_NE(names.find("pair:buy one"), std::string::npos);
  EXPECT_EQ(names.find("pair:now today"), std::string::npos) << "a sentence ends between them";
}

struct Trick {
  const char* written;
  const char* word;
  const char* sign;
};
class Tricks : public testing::TestWithParam<Trick> {};
TEST_P(Tricks, AreSeenThrough) {
  const Content c = text(GetParam().written);
  EXPECT_TRUE(c.tokens.has("word", GetParam().word)) << GetParam().written;
  if (*GetParam().sign != '\0') EXPECT_TRUE(c.tokens.has("sign", GetParam().sign));
}
INSTANTIATE_TEST_SUITE_P(All, Tricks,
                         testing::Values(Trick{"buy V1AGRA now", "viagra", "disguised words 1"},
                                         Trick{"fast ca$h today", "cash", "disguised words 1"},
                                         Trick{"get v i a g r a here", "viagra", "spaced words 1"},
                                         Trick{"get V.I.A.G.R.A here", "viagra", "spaced words 1"},
                                         Trick{"via\xe2\x80\x8bgra", "viagra",
                                               "invisible characters 1"},
                                         Trick{"\xef\xbc\xa3\xef\xbc\xa1\xef\xbc\xb3\xef\xbc\xa8",
                                               "cash", "styled letters 4"},
                                         Trick{"p\xd0\xb0ypal", "p\xd0\xb0ypal", "mixed scripts 1"},
                                         Trick{"don't", "dont", ""},
                                         Trick{"GR\xc3\x9c\xc3\x9f", "gr\xc3\xbc\xc3\x9f", ""},
                                         Trick{"in 2026 again", "#4", ""},
                                         Trick{"\xe5\x85\x8d\xe8\xb4\xb9", "\xe5\x85\x8d", ""}));

TEST(Tokens, LeaveHonestWordsWithDigitsAlone) {
  for (const char* word : {"covid19", "mp3", "b2b", "joe@example.com", "h264"}) {
    const Content c = text(word);
    EXPECT_FALSE(c.tokens.has("sign", "disguised words 1")) << word;
  }
}

TEST(Tokens, OfHtmlAreTheShownTextItsLinksAndSignsOfHiding) {
  const std::string names = html(
      "<html><head><title>secret</title><style>p{}</style></head><body><p>Visible "
      "w<b>or</b>d</p><div style=\"display: none\">buried treasures <div>deep</div> gold</div>"
      "<a href=\"https://evil.example/x\">www.bank.example</a><img src=http://t.example/p width=1>"
      "after</body></html>");
  EXPECT_NE(names.find("[word:visible]"), std::string::npos);
  EXPECT_NE(names.find("[word:word]"), std::string::npos);
  EXPECT_NE(names.find("[word:after]"), std::string::npos);
  EXPECT_NE(names.find("[host:evil.example]"), std::string::npos);
  EXPECT_NE(names.find("[link:shows another host]"), std::string::npos);
  EXPECT_NE(names.find("[sign:tracking image]"), std::string::npos);
  EXPECT_NE(names.find("[sign:hidden text 1]"), std::string::npos);
  EXPECT_NE(names.find("[sign:html without plain text]"), std::string::npos);
  for (const char* hidden : {"buried", "deep", "gold", "secret"}) {
    EXPECT_EQ(names.find(std::string("[word:") + hidden), std::string::npos) << hidden;
  }
}

TEST(Tokens, OfHtmlJoinWordsThatCommentsBreak) {
  const std::string names = html("<p>via<!-- x -->gra</p>");
  EXPECT_NE(names.find("[word:viagra]"), std::string::npos);
  EXPECT_NE(names.find("[sign:broken words]"), std::string::npos);
}

TEST(Tokens, OfTheHeaderSayWhoSendsAndWhatIsMissing) {
  const Content c = content_of(
      "From: \"Your Bank\" <x1234567@mail.pay.example>\r\nReply-To: other@else.example\r\n"
      "X-Mailer: SuperMailer 3.1\r\nX-Spam-Status: Yes\r\nSubject: RE: YOUR ACCOUNT!!\r\n\r\n");
  EXPECT_TRUE(c.tokens.has("from-name", "bank"));
  EXPECT_TRUE(c.tokens.has("from-domain", "mail.pay.example"));
  EXPECT_TRUE(c.tokens.has("from-domain", "pay.example"));
  EXPECT_TRUE(c.tokens.has("from", "many digits"));
  EXPECT_TRUE(c.tokens.has("mailer", "supermailer"));
  EXPECT_TRUE(c.tokens.has("missing", "date"));
  EXPECT_TRUE(c.tokens.has("missing", "to"));
  EXPECT_TRUE(c.tokens.has("reply-to", "another domain"));
  EXPECT_TRUE(c.tokens.has("subject-form", "reply to nothing"));
  EXPECT_TRUE(c.tokens.has("subject-form", "exclamations"));
  EXPECT_FALSE(c.tokens.has("field", "x-spam-status")) << "another filter's verdict is no feature";
}

TEST(Tokens, OfTheStructureNameTheShapeAndWhatIsAttached) {
  const Content c = content_of(
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\n"
      "Content-Type: application/octet-stream; name=\"bill.pdf.exe\"\r\n"
      "Content-Disposition: attachment\r\n\r\nMZ\r\n--b--\r\n");
  EXPECT_TRUE(c.tokens.has("shape", "multipart/mixed(text/plain,application/octet-stream"));
  EXPECT_TRUE(c.tokens.has("attachment", "exe"));
  EXPECT_TRUE(c.tokens.has("attachment", "that runs"));
  EXPECT_TRUE(c.tokens.has("attachment", "of two kinds"));
}

TEST(Tokens, AreBoundedWhateverTheMessage) {
  std::string body;
  for (int i = 0; i < 200'000; ++i)
    body += "w" + std::to_string(i) + "x http://h" + std::to_string(i) + ".example/ ";
  const Content c = text(body);
  EXPECT_LE(c.tokens.size(), kMaxTokens);
  EXPECT_LE(c.hosts.size(), kMaxHosts);
  EXPECT_LE(c.links.size(), kMaxLinks);
  EXPECT_TRUE(c.tokens.has("from-domain", "shop.example")) << "words are what is left out";
}

TEST(Texts, AreDecodedToUtf8WithoutAttachments) {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
      "charset=iso-8859-1\r\nContent-Transfer-Encoding: "
      "quoted-printable\r\n\r\nGr=FC=DFe\r\n--b\r\n"
      "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nno\r\n--b\r\n"
      "Content-Type: text/html\r\nContent-Transfer-Encoding: "
      "base64\r\n\r\nPGI+aGk8L2I+\r\n--b--\r\n";
  const auto texts = read_texts(message::parse(raw), raw);
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0].utf8,
            "Gr\xc3\xbc\xc3\x9f"
            "e");
  EXPECT_FALSE(texts[0].html);
  EXPECT_EQ(texts[1].utf8, "<b>hi</b>");
  EXPECT_TRUE(texts[1].html);
}

TEST(Texts, AreReadFromTheirBeginningOnly) {
  const std::string raw = "Subject: x\r\n\r\n" + std::string(10 << 20, 'a');
  std::uint64_t read = 0;
  const auto texts = read_texts(message::parse(raw), [&](std::uint64_t at, std::size_t most) {
    read += most;
    return raw.substr(at, most);
  });
  EXPECT_LE(read, kMaxRawText);
  EXPECT_LE(texts.at(0).utf8.size(), kMaxText);
}

}  // namespace
}  // namespace freehold::filter
