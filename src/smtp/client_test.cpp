#include "smtp/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "smtp/testing/conversation.hpp"

namespace freehold::smtp {
namespace {

using testing::Conversation;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = ClientOutcome::Kind;

class TextBody final : public Body {
 public:
  explicit TextBody(std::string text, std::size_t piece = 1000)
      : text_(std::move(text)), piece_(piece) {}
  awaitable<IoResult<std::string_view>> next() override {
    if (at_ >= fail_at) co_return boost::asio::error::no_memory;
    const std::string_view part = std::string_view(text_).substr(at_, piece_);
    at_ += part.size();
    co_return part;
  }
  std::size_t fail_at = std::string::npos;

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

Envelope envelope(std::initializer_list<std::string_view> to) {
  Envelope out{*parse_mailbox("a@there.example"), {}, {}};
  for (const std::string_view address : to) out.recipients.push_back({*parse_mailbox(address), {}});
  return out;
}

// A client that talks to our own server.
class Delivery {
 public:
  Delivery() { settings.hostname = "client.example"; }

  void run(const Envelope& e, std::string text) {
    TextBody body(std::move(text));
    c.run([this, &e, &body]() { return talk(e, body); });
  }
  void run(const Envelope& e, TextBody& body) {
    c.run([this, &e, &body]() { return talk(e, body); });
  }
  void use_tls() {
    c.offer_tls();
    settings.tls_context = c.settings.tls;
  }

  Conversation c;
  ClientSettings settings;
  int times = 1;
  ClientOutcome opened;
  Capabilities offered;
  std::vector<RecipientOutcome> sent;
  bool usable = false;

 private:
  awaitable<void> talk(const Envelope& e, TextBody& body) {
    Client client(*c.client, settings);
    opened = co_await client.open();
    offered = client.offered();
    for (int i = 0; i < times && client.usable(); ++i) sent = co_await client.send(e, body);
    usable = client.usable();
    co_await client.quit();
    c.client->close();
  }
};

TEST(Client, SendsAMessageToOurServer) {
  Delivery d;
  d.run(envelope({"anna@here.example", "nobody@here.example", "later@here.example"}),
        "a: b\r\n\r\n.dot\r\nno end of line");
  EXPECT_TRUE(d.opened.ok());
  ASSERT_EQ(d.sent.size(), 3U);
  EXPECT_EQ(d.sent[0].outcome.reply.full_text(), "250 2.0.0 kept");
  EXPECT_TRUE(d.sent[0].dsn_passed_on);
  EXPECT_EQ(d.sent[1].outcome.kind, Kind::answered);
  EXPECT_EQ(d.sent[1].outcome.reply.full_text(), "550 5.1.1 no such user");
  EXPECT_TRUE(d.sent[2].outcome.reply.transient());
  EXPECT_TRUE(d.usable);
  EXPECT_THAT(d.c.backend.messages.at(0).text, EndsWith("a: b\r\n\r\n.dot\r\nno end of line\r\n"));
  EXPECT_EQ(d.c.client->writes, 4);  // EHLO, envelope with DATA, text, QUIT
}

TEST(Client, UsesAConnectionAgain) {
  Delivery d;
  d.times = 3;
  d.run(envelope({"anna@here.example"}), "a: b\r\n");
  EXPECT_EQ(d.c.backend.messages.size(), 3U);
}

TEST(Client, ResetsWhenNobodyIsTaken) {
  Delivery d;
  d.times = 2;
  d.run(envelope({"nobody@here.example"}), "a: b\r\n");
  EXPECT_EQ(d.sent.at(0).outcome.reply.code, 550);
  EXPECT_TRUE(d.usable);
  EXPECT_EQ(d.c.backend.begun, 0);
}

TEST(Client, SharesARefusedSenderAmongTheRecipients) {
  Delivery d;
  Envelope e = envelope({"anna@here.example", "bert@here.example"});
  e.reverse_path = *parse_mailbox("spammer@there.example");
  d.run(e, "a: b\r\n");
  EXPECT_EQ(d.sent.at(0).outcome.reply.full_text(), "550 5.7.1 no, thanks");
  EXPECT_EQ(d.sent.at(1).outcome.reply.full_text(), "550 5.7.1 no, thanks");
}

TEST(Client, SendsManyRecipientsInGroups) {
  Delivery d;
  Envelope e = envelope({});
  for (int i = 0; i < 175; ++i) {
    e.recipients.push_back({*parse_mailbox("user" + std::to_string(i) + "@here.example"), {}});
  }
  d.run(e, "a: b\r\n");
  EXPECT_EQ(d.c.backend.messages.at(0).to.size(), 175U);
}

TEST(Client, SendsBinaryInChunks) {
  Delivery d;
  Envelope e = envelope({"anna@here.example"});
  e.parameters.body = BodyType::binary;
  const std::string text = "a: b\r\n\r\n" + std::string(200'000, '\0') + "\n.\n";
  d.run(e, text);
  EXPECT_TRUE(d.sent.at(0).outcome.ok()) << d.sent.at(0).outcome.reply.full_text();
  EXPECT_THAT(d.c.backend.messages.at(0).text, EndsWith(text));
}

TEST(Client, SendsALargeMessage) {
  Delivery d;
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += ". a line that begins with a dot\r\n";
  d.run(envelope({"anna@here.example"}), text);
  EXPECT_TRUE(d.sent.at(0).outcome.ok());
  EXPECT_THAT(d.c.backend.messages.at(0).text, EndsWith(text));
}

TEST(Client, UsesTlsAndLogsIn) {
  for (const std::string_view password : {"secret", "wrong"}) {
    Delivery d;
    d.use_tls();
    d.c.settings.role = Role::submission;
    d.settings.tls = ClientSettings::Tls::required;
    d.settings.login = {"anna", std::string(password)};
    d.run(envelope({"x@there.example"}), "From: anna@here.example\r\n");
    if (password == "secret") {
      EXPECT_TRUE(d.sent.at(0).outcome.ok());
      EXPECT_THAT(d.c.backend.messages.at(0).text, HasSubstr("with ESMTPSA"));
    } else {
      EXPECT_EQ(d.opened.reply.code, 535);
      EXPECT_TRUE(d.sent.empty());
    }
  }
}

TEST(Client, SendsNothingWithoutTheTlsThatIsRequired) {
  Delivery d;
  d.settings.tls = ClientSettings::Tls::required;
  d.run(envelope({"anna@here.example"}), "a: b\r\n");
  EXPECT_EQ(d.opened.kind, Kind::no_tls);
  EXPECT_TRUE(d.c.backend.messages.empty());
  Delivery broken;
  broken.use_tls();
  broken.c.client->fail_handshake = true;
  broken.run(envelope({"anna@here.example"}), "a: b\r\n");
  EXPECT_EQ(broken.opened.kind, Kind::tls);
}

TEST(Client, SpeaksLmtp) {
  Delivery d;
  d.settings.lmtp = true;
  d.c.settings.role = Role::lmtp;
  d.c.backend.outcome = {{250, {2, 0, 0}, "kept"}, {452, {4, 2, 2}, "full"}};
  d.run(envelope({"anna@here.example", "nobody@here.example", "bert@here.example"}), "a: b\r\n");
  EXPECT_EQ(d.sent.at(0).outcome.reply.code, 250);
  EXPECT_EQ(d.sent.at(1).outcome.reply.code, 550);
  EXPECT_EQ(d.sent.at(2).outcome.reply.code, 452);
}

TEST(Client, HearsWhyAServerHangsUpAmidTheMessage) {
  Delivery d;
  d.c.settings.max_message_size = 1000;
  Envelope e = envelope({"anna@here.example"});
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "much more than the server has said it would take\r\n";
  d.run(e, text);
  EXPECT_EQ(d.sent.at(0).outcome.kind, Kind::answered);
  EXPECT_EQ(d.sent.at(0).outcome.reply.code, 552);
  EXPECT_FALSE(d.usable);
}

TEST(Client, LeavesNoHalfMessageWhenItsSourceFails) {
  Delivery d;
  TextBody body("a: b\r\n\r\nmore\r\n", 8);
  body.fail_at = 8;
  d.run(envelope({"anna@here.example"}), body);
  EXPECT_EQ(d.sent.at(0).outcome.kind, Kind::lost);
  EXPECT_FALSE(d.usable);
  EXPECT_TRUE(d.c.backend.messages.empty());
}

// A server of few words: it answers each line with the next of its replies; "" hangs up.
class Script {
 public:
  explicit Script(std::vector<std::string> replies) : replies_(std::move(replies)) {
    auto [mine, theirs] = net::memory_streams();
    server_ = std::move(mine);
    client_ = std::move(theirs);
    settings.hostname = "client.example";
  }

  std::vector<RecipientOutcome> run(const Envelope& e, std::string text) {
    TextBody body(std::move(text));
    boost::asio::io_context loop;
    boost::asio::co_spawn(loop, answer(), testing::rethrow);
    boost::asio::co_spawn(loop, talk(e, body), testing::rethrow);
    loop.run();
    return sent_;
  }

  ClientSettings settings;
  std::string heard;
  ClientOutcome opened;
  bool usable = false;

 private:
  awaitable<void> answer() {
    net::LineReader reader(*server_, 4096);
    bool data = false;
    for (const std::string& reply : replies_) {
      if (reply.empty()) break;
      (void)co_await server_->write(reply + "\r\n", soon());
      data = reply.starts_with("354");
      do {
        const IoResult<std::string_view> line = co_await reader.read_line(soon());
        if (!line) co_return;
        heard += std::string(*line) + "\n";
        data = data && *line != ".";
      } while (data);
    }
    server_->close();
  }

  awaitable<void> talk(const Envelope& e, TextBody& body) {
    Client client(*client_, settings);
    opened = co_await client.open();
    if (client.usable()) sent_ = co_await client.send(e, body);
    usable = client.usable();
    co_await client.quit();
    client_->close();
  }

  static net::Deadline soon() { return net::after(std::chrono::seconds(5)); }

  std::vector<std::string> replies_;
  std::unique_ptr<net::Stream> server_;
  std::unique_ptr<net::Stream> client_;
  std::vector<RecipientOutcome> sent_;
};

TEST(Client, FallsBackToHelo) {
  Script s(
      {"220 old", "500 what?", "250 hello", "250 ok", "250 ok", "354 go", "250 taken", "221 bye"});
  const auto sent = s.run(envelope({"anna@here.example"}), "a: b\r\n");
  EXPECT_EQ(sent.at(0).outcome.reply.text(), "taken");
  EXPECT_FALSE(sent.at(0).dsn_passed_on);
  EXPECT_EQ(s.heard,
            "EHLO client.example\nHELO client.example\nMAIL FROM:<a@there.example>\n"
            "RCPT TO:<anna@here.example>\nDATA\na: b\n.\nQUIT\n");
}

TEST(Client, EndsAMessageThatAServerWaitsForAlthoughItTookNobody) {
  Script s({"220 x", "250-x\r\n250 PIPELINING", "250 ok", "550 5.1.1 nobody", "354 go",
            "554 5.5.1 no recipients", "221 bye"});
  const auto sent = s.run(envelope({"nobody@here.example"}), "a: b\r\n");
  EXPECT_EQ(sent.at(0).outcome.reply.code, 550);
  EXPECT_EQ(s.heard,
            "EHLO client.example\nMAIL FROM:<a@there.example>\nRCPT "
            "TO:<nobody@here.example>\nDATA\n.\nQUIT\n");
}

TEST(Client, ResetsAPipelinedEnvelopeThatWasRefused) {
  Script s({"220 x", "250-x\r\n250 PIPELINING", "550 5.7.1 no", "503 no", "503 no", "250 reset",
            "221 bye"});
  const auto sent = s.run(envelope({"anna@here.example"}), "a: b\r\n");
  EXPECT_EQ(sent.at(0).outcome.reply.full_text(), "550 5.7.1 no");
  EXPECT_EQ(s.heard,
            "EHLO client.example\nMAIL FROM:<a@there.example>\nRCPT "
            "TO:<anna@here.example>\nDATA\nRSET\nQUIT\n");
}

TEST(Client, TellsWhetherTheMessageMayHaveArrived) {
  Script before({"220 x", "250 x", "250 ok", "250 ok", ""});
  EXPECT_EQ(before.run(envelope({"a@b.example"}), "a: b\r\n").at(0).outcome.kind, Kind::lost);
  Script after({"220 x", "250 x", "250 ok", "250 ok", "354 go", ""});
  EXPECT_EQ(after.run(envelope({"a@b.example"}), "a: b\r\n").at(0).outcome.kind,
            Kind::lost_after_end);
  EXPECT_FALSE(after.usable);
}

TEST(Client, TakesNoUnfriendlyGreeting) {
  Script refused({"554 5.7.1 go away"});
  (void)refused.run(envelope({"a@b.example"}), "");
  EXPECT_EQ(refused.opened.kind, Kind::answered);
  EXPECT_EQ(refused.opened.reply.code, 554);
  Script nonsense({"HTTP/1.1 400"});
  (void)nonsense.run(envelope({"a@b.example"}), "");
  EXPECT_EQ(nonsense.opened.kind, Kind::lost);
  Script silent({});
  silent.settings.greeting_wait = std::chrono::milliseconds(1);
  (void)silent.run(envelope({"a@b.example"}), "");
  EXPECT_EQ(silent.opened.kind, Kind::lost);
}

TEST(Client, RefusesPlainTextBehindStartTls) {
  Script s({"220 x", "250-x\r\n250 STARTTLS", "220 go\r\n250 injected"});
  const auto context = net::TlsContext::client();
  ASSERT_TRUE(context);
  s.settings.tls_context = context->get();
  (void)s.run(envelope({"a@b.example"}), "");
  EXPECT_EQ(s.opened.kind, Kind::tls);
}

TEST(Client, GivesUpOnAServerThatGoesDown) {
  Script s({"220 x", "250 x", "250 ok", "421 4.3.2 going down", ""});
  const auto sent = s.run(envelope({"a@b.example", "b@b.example"}), "a: b\r\n");
  EXPECT_EQ(sent.at(1).outcome.reply.code, 421);
  EXPECT_FALSE(s.usable);
}

TEST(ClientEnvelope, RefusesWhatTheServerCannotTake) {
  struct Need {
    void (*need)(Envelope&);
    void (*offer)(Capabilities&);
    Status status;
  };
  const Need table[] = {
      {[](Envelope& e) { e.parameters.body = BodyType::eight_bit; },
       [](Capabilities& c) { c.eight_bit = true; },
       {5, 6, 3}},
      {[](Envelope& e) { e.parameters.body = BodyType::binary; },
       [](Capabilities& c) { c.binary = c.chunking = true; },
       {5, 6, 3}},
      {[](Envelope& e) { e.parameters.smtputf8 = true; },
       [](Capabilities& c) { c.smtputf8 = true; },
       {5, 6, 7}},
      {[](Envelope& e) { e.recipients[0].path.local_part = "m\xC3\xBC"; },
       [](Capabilities& c) { c.smtputf8 = true; },
       {5, 6, 7}},
      {[](Envelope& e) { e.parameters.require_tls = true; },
       [](Capabilities& c) { c.require_tls = true; },
       {5, 7, 30}},
      {[](Envelope& e) { e.parameters.size = 1000; }, nullptr, {5, 3, 4}},
  };
  for (const Need& n : table) {
    Envelope e = envelope({"a@b.example"});
    n.need(e);
    Capabilities c;
    if (n.offer == nullptr) c.max_size = 999;
    const auto refusal = unsupported(e, c);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, n.status);
    if (n.offer != nullptr) {
      n.offer(c);
      EXPECT_FALSE(unsupported(e, c));
    }
  }
}

TEST(ClientEnvelope, PassesOnWhatTheServerUnderstands) {
  Envelope e = envelope({"a@b.example"});
  e.parameters = {.size = 5,
                  .body = BodyType::eight_bit,
                  .smtputf8 = false,
                  .ret = DsnReturn::full,
                  .envid = "a+b",
                  .require_tls = true,
                  .auth = {}};
  e.recipients[0].parameters = {DsnNotify{true, false, true}, "rfc822", "x=y@b"};
  Capabilities c;
  EXPECT_EQ(mail_command(e, c), "MAIL FROM:<a@there.example> BODY=8BITMIME REQUIRETLS\r\n");
  EXPECT_EQ(rcpt_command(e.recipients[0], c), "RCPT TO:<a@b.example>\r\n");
  c.dsn = c.size = true;
  EXPECT_EQ(mail_command(e, c),
            "MAIL FROM:<a@there.example> SIZE=5 BODY=8BITMIME REQUIRETLS RET=FULL ENVID=a+2Bb\r\n");
  EXPECT_EQ(rcpt_command(e.recipients[0], c),
            "RCPT TO:<a@b.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+3Dy@b\r\n");
  e.recipients[0].parameters = {DsnNotify{}, "utf-8", "m\xC3\xBC+@b"};
  EXPECT_EQ(rcpt_command(e.recipients[0], c),
            "RCPT TO:<a@b.example> NOTIFY=NEVER ORCPT=utf-8;m\\x{FC}\\x{2B}@b\r\n");
}

TEST(ClientEnvelope, SendsNoLineBreaksFromAddresses) {
  Delivery d;
  Envelope e = envelope({"anna@here.example"});
  e.recipients[0].path.local_part = "x>\r\nRSET";
  d.run(e, "a: b\r\n");
  EXPECT_EQ(d.sent.at(0).outcome.kind, Kind::unsupported);
}

}  // namespace
}  // namespace freehold::smtp
