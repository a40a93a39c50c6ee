#include "smtp/submission_header.hpp"

#include <gtest/gtest.h>

#include "smtp/trace.hpp"

namespace freehold::smtp {
namespace {

TEST(SubmissionHeader, LosesBccAndGainsWhatIsMissing) {
  const auto out = complete_header(
      "From: a@b\r\nBCC : x@y,\r\n z@y\r\nResent-bcc: q\r\nTo: c@d\r\n", "now", "<id@h>");
  EXPECT_EQ(out.text, "From: a@b\r\nTo: c@d\r\nDate: now\r\nMessage-ID: <id@h>\r\n");
  EXPECT_EQ(out.from, std::vector<std::string>{"a@b"});
}

TEST(SubmissionHeader, KeepsWhatIsThere) {
  const std::string header = "date: then\r\nMESSAGE-ID:\r\n <x@y>\r\nX-Bcc: kept\r\nnonsense\r\n";
  EXPECT_EQ(complete_header(header, "now", "<id@h>").text, header);
}

TEST(SubmissionHeader, EndsAtTheEmptyLine) {
  const std::pair<std::string_view, std::optional<std::size_t>> table[] = {
      {"\r\nbody", 0},
      {"a: b\r\n\r\nbody", 6},
      {"a: b\r\n", std::nullopt},
      {"", std::nullopt},
      {"a: b\r\n\n", std::nullopt}};
  for (const auto& [text, end] : table) {
    for (std::size_t searched = 0; searched <= 7 && searched <= text.size(); ++searched) {
      if (end && *end + 2 <= searched) continue;
      EXPECT_EQ(header_end(text, searched), end) << text;
    }
  }
}

TEST(HopCounter, CountsOverAnySplits) {
  const std::string_view text =
      "Received: a\r\nreceived:b\r\nX-Received: c\r\n received: d\r\nReceived : e\r\n\r\nReceived: "
      "f\r\n";
  for (const std::size_t piece : std::initializer_list<std::size_t>{1, 3, 7, 1000}) {
    HopCounter counter;
    for (std::size_t at = 0; at < text.size(); at += piece) counter.feed(text.substr(at, piece));
    EXPECT_EQ(counter.hops(), 2U);
  }
}

TEST(Trace, WritesDatesAsRfc5322) {
  EXPECT_EQ(header_date(from_millis(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(header_date(from_millis(1'700'000'000'999)), "Tue, 14 Nov 2023 22:13:20 +0000");
}

TEST(Trace, NamesTheProtocol) {
  const net::TlsInfo tls;
  struct Case {
    Role role;
    Hello::Kind hello;
    bool utf8, secure, login;
    std::string_view name;
  };
  const Case table[] = {
      {Role::mx, Hello::Kind::helo, false, false, false, "SMTP"},
      {Role::mx, Hello::Kind::ehlo, false, false, false, "ESMTP"},
      {Role::mx, Hello::Kind::ehlo, false, true, false, "ESMTPS"},
      {Role::mx, Hello::Kind::ehlo, true, false, false, "UTF8SMTP"},
      {Role::submission, Hello::Kind::ehlo, true, true, true, "UTF8SMTPSA"},
      {Role::submission, Hello::Kind::ehlo, false, true, true, "ESMTPSA"},
      {Role::lmtp, Hello::Kind::lhlo, false, false, false, "LMTP"},
      {Role::lmtp, Hello::Kind::lhlo, true, true, false, "UTF8LMTPS"},
  };
  for (const Case& c : table) {
    Peer peer;
    peer.role = c.role;
    peer.hello.kind = c.hello;
    peer.tls = c.secure ? &tls : nullptr;
    if (c.login) peer.login = Login{AccountId(1), "x"};
    Transaction transaction{peer, "id", {}, {}};
    transaction.mail.parameters.smtputf8 = c.utf8;
    EXPECT_EQ(protocol_name(transaction), c.name);
  }
}

}  // namespace
}  // namespace freehold::smtp
