#include "filter/screen.hpp"

#include <gtest/gtest.h>

#include <set>

#include "directory/directory.hpp"
#include "filter/limits.hpp"
#include "mailstore/testing/account_house.hpp"
#include "net/testing/dns_world.hpp"

namespace freehold::filter {
namespace {

using namespace std::chrono_literals;
using mailstore::testing::AccountHouse;

std::string letter(const std::string& from, const std::string& subject, const std::string& text,
                   const std::string& fields = {}) {
  return "From: " + from + "\r\nTo: anna@example.org\r\nSubject: " + subject + "\r\n" + fields +
         "\r\n" + text + "\r\n";
}

std::string spam_letter() {
  return letter(
      "Dr Rich <rich@win.example>", "You have WON $1,000,000 claim now!!!",
      "Congratulations winner! Click here to claim your prize money now: "
      "http://win.example/claim\r\nCheap viagra, casino bonus, act now, limited offer!!!");
}

trust::AuthenticationResults results(const std::string& dmarc, const std::string& policy = {}) {
  trust::AuthenticationResults out{"mail.example.org"};
  out.results.push_back({"iprev", "fail", "", {{"policy", "iprev", "192.0.2.7"}}});
  out.results.push_back(
      {"spf",
       dmarc == "pass" ? "pass" : "fail",
       "",
       {{"smtp", "mailfrom", "rich@win.example"}, {"smtp", "helo", "host.win.example"}}});
  trust::AuthResult verdict{"dmarc", dmarc, "", {{"header", "from", "win.example"}}};
  if (!policy.empty()) verdict.properties.push_back({"policy", "dmarc", policy});
  out.results.push_back(std::move(verdict));
  return out;
}

class ScreenTest : public ::testing::Test {
 protected:
  Screened judge(const std::string& text, trust::AuthenticationResults of,
                 std::vector<Receiver> receivers) {
    Arrival arrival{house.message(text), std::move(of), net::IpAddress::parse("192.0.2.7").value()};
    arrival.receivers = std::move(receivers);
    return house.run(screen.judge(std::move(arrival)));
  }
  Screened judge(const std::string& text, trust::AuthenticationResults of) {
    return judge(text, std::move(of), {anna});
  }
  void anna_sends(const std::string& message_id, const std::string& to) {
    message::Envelope sent;
    sent.message_id = message_id;
    sent.to = message::parse_addresses(to);
    screen.note_sent(anna.account, sent);
  }
  SentMessages stored_messages() { return {house.store.engine(), house.clock}; }
  static std::set<std::string> names(const Assessment& assessment) {
    std::set<std::string> all;
    for (const auto& reason : assessment.reasons) all.insert(reason.name);
    return all;
  }

  AccountHouse house;
  net::testing::DnsWorld dns;
  directory::Directory directory{house.store.engine(), house.pool, house.clock};
  std::set<std::string> contacts;
  Screen screen{house.mailstore,
                directory,
                dns,
                house.clock,
                "mail.example.org",
                [this](AccountId, std::string_view address) {
                  return contacts.contains(std::string(address));
                },
                {}};
  const Receiver anna{AccountId(1), "anna@example.org"};
  const Receiver bert{AccountId(2), "bert@example.org"};
};

TEST_F(ScreenTest, AnHonestLetterGoesToTheInbox) {
  const auto said = judge(
      letter("Joe <joe@win.example>", "Thursday", "See you on Thursday at ten."), results("pass"));
  EXPECT_EQ(said.decision, Decision::inbox);
  ASSERT_EQ(said.each.size(), 1U);
  EXPECT_EQ(said.each[0].decision, Decision::inbox) << explain(said.each[0], screen.limits());
}

TEST_F(ScreenTest, AForgeryFromNowhereIsGreylistedOrWorse) {
  const auto said = judge(spam_letter(), results("fail", "quarantine"));
  EXPECT_NE(said.decision, Decision::inbox) << explain(said.each[0], screen.limits());
  EXPECT_TRUE(names(said.each[0]).contains("dmarc_fail"));
}

TEST_F(ScreenTest, WhoComesBackAfterTheGreylistIsJudgedWithoutIt) {
  const auto text = spam_letter();
  const auto first = judge(text, results("none"));
  ASSERT_EQ(first.decision, Decision::greylist) << explain(first.each[0], screen.limits());
  EXPECT_EQ(first.wait, kGreyWait);
  house.clock.advance(kGreyWait);
  const auto second = judge(text, results("none"));
  EXPECT_EQ(second.decision, Decision::inbox);
  EXPECT_TRUE(second.each[0].decision == Decision::inbox ||
              second.each[0].decision == Decision::junk);
}

TEST_F(ScreenTest, WhoLooksLikeAContactOfTheReaderIsFound) {
  // Whom she knew before is remembered already.
  static_cast<void>(judge(letter("Joe <joe@win.example>", "Hello", "Hello."), results("pass")));
  anna_sends("<q1@example.org>", "Bob Smith <bob@shopping.example>");
  const auto text = letter("Bob Smith <bob@shoppinq.example>", "Invoice", "Please see it.");
  auto of = results("none");
  of.results.back().properties = {{"header", "from", "shoppinq.example"}};
  const auto said = judge(text, of, {anna, bert});
  EXPECT_TRUE(names(said.each[0]).contains("lookalike_domain"));
  EXPECT_TRUE(names(said.each[0]).contains("name_contact"));
  EXPECT_FALSE(names(said.each[1]).contains("lookalike_domain"));
  EXPECT_FALSE(names(said.each[1]).contains("name_contact"));
}

TEST_F(ScreenTest, OnlyAStrangersMailIsPutOff) {
  constexpr auto delay = 100ms;
  ScreenSettings settings;
  settings.first_time_delay = delay;
  Screen patient(
      house.mailstore, directory, dns, house.clock, "mail.example.org",
      [this](AccountId, std::string_view address) {
        return contacts.contains(std::string(address));
      },
      settings);
  const auto takes = [&](const std::string& from, bool from_inside = false) {
    Arrival arrival{house.message(letter(from, "Thursday", "See you on Thursday at ten.")),
                    results("pass"), net::IpAddress::parse("192.0.2.7").value()};
    arrival.receivers = {anna};
    arrival.from_inside = from_inside;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(house.run(patient.judge(std::move(arrival))).decision, Decision::inbox);
    return std::chrono::steady_clock::now() - begin;
  };
  EXPECT_GE(takes("joe@win.example"), delay);
  EXPECT_LT(takes("joe@win.example"), delay);
  contacts.insert("jane@win.example");
  EXPECT_LT(takes("jane@win.example"), delay);
  EXPECT_LT(takes("jack@win.example", true), delay);
}

TEST_F(ScreenTest, PostmastersMailIsNeverTurnedAway) {
  Arrival arrival{house.message(spam_letter()), results("fail", "reject"),
                  net::IpAddress::parse("192.0.2.7").value()};
  arrival.receivers = {anna};
  arrival.for_postmaster = true;
  const auto said = house.run(screen.judge(std::move(arrival)));
  EXPECT_EQ(said.decision, Decision::inbox);
  EXPECT_EQ(said.each[0].decision, Decision::junk);
}

TEST_F(ScreenTest, WhereOneWantsItTheOthersHaveItInJunk) {
  ASSERT_TRUE(house.run(screen.rules().add(RuleScope::of(bert.account), "win.example", true, "")));
  ASSERT_TRUE(house.run(screen.rules().add(RuleScope::of(anna.account), "win.example", false, "")));
  const auto said = judge(spam_letter(), results("pass"), {anna, bert});
  EXPECT_EQ(said.decision, Decision::inbox);
  EXPECT_EQ(said.each[0].decision, Decision::junk);
  EXPECT_EQ(said.each[1].decision, Decision::inbox);
}

TEST_F(ScreenTest, AContactAndAnAnswerAreKnown) {
  contacts.insert("joe@win.example");
  anna_sends("<q1@example.org>", "Joe <joe@win.example>");
  const auto said = judge(
      letter("Joe <joe@win.example>", "Re: Question", "Yes.", "In-Reply-To: <q1@example.org>\r\n"),
      results("pass"));
  const auto reasons = names(said.each[0]);
  EXPECT_TRUE(reasons.contains("contact"));
  EXPECT_TRUE(reasons.contains("answer"));
  house.run(screen.flush());
  EXPECT_TRUE(stored_messages().is_known(anna.account, "q1@example.org"));
  EXPECT_FALSE(stored_messages().is_known(bert.account, "q1@example.org"));
}

TEST_F(ScreenTest, LearnsFromAMoveToJunkAndBack) {
  const auto text = letter("Shop <news@shop.example>", "Our new chairs", "Chairs, chairs, chairs.");
  const auto score = [&] { return judge(text, results("pass")).each[0].score; };
  const auto before = score();
  const auto one = house.append("INBOX", text);
  ASSERT_TRUE(house.run(
      house.mailstore.move(AccountId(1), house.box("INBOX"), {one.uid}, house.box("Junk"))));
  EXPECT_FALSE(house.run(screen.learn_noted())) << "there is no more";
  EXPECT_TRUE(mailstore::noted_lessons(house.store.engine().latest(), 9).empty());
  const auto after = score();
  EXPECT_GT(after, before);
  const auto junk = house.uids("Junk").back();
  ASSERT_TRUE(
      house.run(house.mailstore.move(AccountId(1), house.box("Junk"), {junk}, house.box("INBOX"))));
  EXPECT_FALSE(house.run(screen.learn_noted()));
  EXPECT_LT(score(), after);
}

TEST_F(ScreenTest, ExplainsAMessageThatIsKeptByWhatWasFoundAtTheDoor) {
  mailstore::Mailstore::Append how;
  how.prefix = trust::authentication_results_field(results("fail", "quarantine"));
  const auto kept =
      house.run(house.mailstore.append(AccountId(1), house.message(spam_letter()), std::move(how)));
  ASSERT_TRUE(kept);
  const auto said = house.run(screen.explain(AccountId(1), kept->email));
  ASSERT_TRUE(said) << said.error().text();
  EXPECT_TRUE(names(*said).contains("dmarc_fail"));
  EXPECT_TRUE(names(*said).contains("words"));
  EXPECT_FALSE(house.run(screen.explain(AccountId(1), EmailId(99))));
}

TEST_F(ScreenTest, AResultInAnothersNameIsNotBelieved) {
  const auto raw = "Authentication-Results: other.example; dmarc=pass header.from=win.example\r\n" +
                   spam_letter();
  const auto said = house.run(screen.explain(AccountId(1), raw));
  ASSERT_TRUE(said);
  EXPECT_FALSE(names(*said).contains("dmarc_pass"));
}

TEST_F(ScreenTest, AnAccountThatIsRemovedLeavesNothing) {
  anna_sends("<q1@example.org>", "Joe <joe@win.example>");
  house.run(screen.flush());
  ASSERT_TRUE(house.run(screen.rules().add(RuleScope::of(anna.account), "win.example", true, "")));
  ASSERT_TRUE(house.run(screen.forget(anna.account)));
  EXPECT_FALSE(stored_messages().is_known(anna.account, "<q1@example.org>"));
  EXPECT_TRUE(Contacts(house.store.engine(), house.clock).of(anna.account).domains.empty());
  EXPECT_TRUE(screen.rules().list(RuleScope::of(anna.account)).empty());
}

}  // namespace
}  // namespace freehold::filter
