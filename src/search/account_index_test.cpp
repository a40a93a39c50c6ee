#include "search/account_index.hpp"

#include <gtest/gtest.h>
#include <xapian.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "mailstore/testing/account_house.hpp"
#include "message/fold.hpp"

namespace freehold::search {
namespace {

using mailstore::testing::AccountHouse;
using Step = AccountIndex::Step;

// An account whose index stands in a folder of its own.
class Index : public ::testing::Test {
 protected:
  AccountHouse house;
  store::testing::TemporaryFolder folder;
  IndexSettings settings{house.mailstore, folder.path() / "search", {}};
  AccountIndex index{settings, house.anna};

  EmailId mail(const std::string& subject, const std::string& text,
               const std::string& fields = {}) {
    return house
        .append("INBOX",
                "From: Bert Müller <bert@away.example>\r\nTo: anna@example.org\r\nSubject: " +
                    subject + "\r\n" + fields + "\r\n" + text + "\r\n")
        .email;
  }
  EmailId utf8_mail(const std::string& subject, const std::string& text,
                    const std::string& type = "text/plain") {
    return mail(subject, text,
                "MIME-Version: 1.0\r\nContent-Type: " + type +
                    "; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n");
  }
  void catch_up() {
    Step step = Step::more;
    while (step == Step::more) step = index.advance();
    EXPECT_EQ(step, Step::done);
  }
  void erase(EmailId email) {
    std::vector<Uid> uids;
    for (const auto& message : house.index("INBOX")) {
      if (message.email == email) uids.push_back(message.uid);
    }
    mailstore::Mailstore::FlagUpdate deleted{mailstore::FlagChange::add, {}, {}};
    deleted.flags.bits = mailstore::kDeleted;
    ASSERT_TRUE(house.run(
        house.mailstore.update_flags(house.anna, house.box("INBOX"), uids, std::move(deleted))));
    ASSERT_TRUE(house.run(house.mailstore.expunge(house.anna, house.box("INBOX"), uids)));
  }

  using Emails = std::vector<EmailId>;
  Emails body(const std::string& needle) { return find(Query::Scope::body, needle).possible; }
  Emails text(const std::string& needle) { return find(Query::Scope::text, needle).possible; }
  Candidates find(Query::Scope scope, const std::string& needle, bool fuzzy = false) {
    return index.find({scope, needle, fuzzy});
  }
  Emails fuzzy(const std::string& needle, Query::Scope scope = Query::Scope::text) {
    Emails emails;
    for (const auto& hit : find(scope, needle, true).hits) emails.push_back(hit.email);
    return emails;
  }
};

TEST_F(Index, FindsWholeWordsPhrasesAndBegunWords) {
  const auto one = mail("offer", "The quick brown fox jumps over the lazy dog.");
  const auto two = mail("other", "A brown dog, and a quick fox.");
  catch_up();
  EXPECT_EQ(body("brown"), (Emails{one, two}));
  EXPECT_EQ(body("QUICK Brown"), Emails{one});
  EXPECT_EQ(body("brown fo"), Emails{one});
  EXPECT_EQ(body("jum"), Emails{one});
  EXPECT_EQ(body("dog, and"), Emails{two});
  EXPECT_EQ(body("fox brown"), Emails{});
  EXPECT_EQ(body("jum "), Emails{}) << "a word that something follows is whole";
  EXPECT_EQ(body("umps"), Emails{}) << "the middle of a word is not found";
}

TEST_F(Index, CannotHelpForANeedleWithoutWords) {
  mail("offer", "... --- ...");
  catch_up();
  EXPECT_FALSE(find(Query::Scope::body, "...").usable);
  EXPECT_FALSE(find(Query::Scope::body, "").usable);
  EXPECT_TRUE(find(Query::Scope::body, "nothing").usable);
}

TEST_F(Index, FindsTheHeaderByTextOnly) {
  const auto one = mail("Quarterly figures", "See there.", "X-Mailer: Pigeon 2.1\r\n");
  catch_up();
  EXPECT_EQ(text("quarterly fig"), Emails{one});
  EXPECT_EQ(text("müller"), Emails{one});
  EXPECT_EQ(text("x-mailer: pigeon"), Emails{one});
  EXPECT_EQ(text("bert@away.example"), Emails{one});
  EXPECT_EQ(body("quarterly"), Emails{});
}

TEST_F(Index, FindsEverySubstringOfAField) {
  const auto one = mail("Quarterly figures, draft", "x");
  const auto two = utf8_mail("=?utf-8?Q?=E6=9D=B1=E4=BA=AC=E9=83=BDtower?=", "x");
  catch_up();
  const auto subject = [this](const std::string& needle) {
    return find(Query::Scope::subject, needle).possible;
  };
  EXPECT_EQ(subject("arterly fig"), Emails{one});
  EXPECT_EQ(subject("GURES, DR"), Emails{one});
  EXPECT_EQ(subject("raf"), Emails{one});
  EXPECT_EQ(subject("京都to"), Emails{two});
  EXPECT_EQ(subject("quarterly draft figures draft"), Emails{one}) << "more than are in it may be";
  EXPECT_EQ(subject("arterly"), Emails{one});
  EXPECT_EQ(subject("nothing"), Emails{});
  EXPECT_EQ(find(Query::Scope::from, "ert mü").possible, (Emails{one, two}));
  EXPECT_EQ(find(Query::Scope::cc, "ert").possible, Emails{});
  EXPECT_FALSE(find(Query::Scope::subject, ", ").usable);
  EXPECT_FALSE(find(Query::Scope::subject, "\u0301a").usable) << "begins within a character";
}

// Whatever a field is made of, its own substrings lead to it.
TEST_F(Index, LeavesOutNoneThatHasTheNeedle) {
  const std::vector<std::string> pieces = {"a",
                                           "bc",
                                           "a",
                                           " ",
                                           " ",
                                           ", ",
                                           "-",
                                           "@",
                                           ".",
                                           "7",
                                           "é",
                                           "e\u0301",
                                           "ß",
                                           "東",
                                           "京",
                                           "か\u3099",
                                           "ｗ",
                                           "😀",
                                           "\u0301",
                                           std::string(70, 'l'),
                                           std::string(30, 'm') + "\u00fc" + std::string(33, 'n')};
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  const auto below = [&random](std::size_t end) { return random() % end; };
  const auto inside_character = [](std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  std::vector<std::pair<EmailId, std::string>> mails;
  for (int i = 0; i < 60; ++i) {
    std::string subject = "s";
    for (auto left = 1 + below(14); left > 0; --left) subject += pieces[below(pieces.size())];
    mails.emplace_back(utf8_mail(subject, "x"), message::fold_text(subject));
  }
  catch_up();
  std::size_t asked = 0;
  for (const auto& [of, folded] : mails) {
    for (int i = 0; i < 40; ++i) {
      auto begin = below(folded.size());
      while (inside_character(folded, begin)) --begin;
      auto end = begin + 1 + below(folded.size() - begin);
      while (inside_character(folded, end)) ++end;
      const auto needle = folded.substr(begin, end - begin);
      if (message::fold_text(needle) != needle) continue;  // it would be looked for as another
      const auto found = find(Query::Scope::subject, needle);
      if (!found.usable) continue;
      ++asked;
      for (const auto& [email, text] : mails) {
        if (!text.contains(needle)) continue;
        EXPECT_TRUE(std::ranges::binary_search(found.possible, email))
            << '"' << needle << "\" in \"" << text << '"';
      }
    }
  }
  EXPECT_GT(asked, 1000U);
}

TEST_F(Index, DoesNotVouchForACutHeader) {
  const auto one = mail("x", "x", "Cc: " + std::string(5'000, 'c') + "\r\n");
  mail("x", "x");
  catch_up();
  EXPECT_EQ(find(Query::Scope::subject, "nothing").possible, Emails{one});
}

TEST_F(Index, ComparesLikePeopleDo) {
  const auto one = utf8_mail("x", "Die STRASSE in Köln, ｗｉｄｅ");
  catch_up();
  EXPECT_EQ(body("straße"), Emails{one});
  EXPECT_EQ(body("KÖLN"), Emails{one});
  EXPECT_EQ(body("wide"), Emails{one});
  EXPECT_EQ(body("koln"), Emails{}) << "diacritics differ, as in a search without the index";
}

TEST_F(Index, FindsEveryPartOfTextWithoutSpaces) {
  const auto one = utf8_mail("x", "東京都の天気は晴れです。");
  const auto two = utf8_mail("x", "京都の天気");
  catch_up();
  EXPECT_EQ(body("京都"), (Emails{one, two}));
  EXPECT_EQ(body("東京"), Emails{one});
  EXPECT_EQ(body("天気は晴れ"), Emails{one});
  EXPECT_EQ(body("都"), (Emails{one, two}));
  EXPECT_EQ(body("京東"), Emails{});
}

TEST_F(Index, FindsARunOfCharactersAndWordsTogether) {
  const auto one = utf8_mail("x", "新しいiPhone用のケース in 東京都 today");
  catch_up();
  EXPECT_EQ(body("新しいiphone用の"), Emails{one});
  EXPECT_EQ(body("in 東京都 tod"), Emails{one});
  EXPECT_EQ(body("in 東京 today"), Emails{});
}

TEST_F(Index, ReadsHtmlAsItIsShown) {
  const auto one = utf8_mail(
      "x",
      "<html><head><title>secret</title></head><p>Dear <b>cus</b>tomer, caf&eacute;</p></html>",
      "text/html");
  catch_up();
  EXPECT_EQ(body("dear customer"), Emails{one});
  EXPECT_EQ(body("café"), Emails{one});
  EXPECT_EQ(body("secret"), Emails{});
}

TEST_F(Index, FindsAttachmentsByTheirNamesForCertain) {
  const auto one = mail("x",
                        "--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/pdf\r\n"
                        "Content-Disposition: attachment; filename=\"contract 2024.pdf\"\r\n\r\n"
                        "%PDF\r\n--b--",
                        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n");
  catch_up();
  const auto found = find(Query::Scope::body, "contract 2024");
  EXPECT_EQ(found.certain, Emails{one});
  EXPECT_EQ(found.possible, Emails{});
}

TEST_F(Index, FindsOtherFormsFuzzily) {
  const auto german =
      utf8_mail("Ihre Bestellung",
                "Anbei finden Sie die Rechnungen für die Häuser. Wir danken für den Auftrag.");
  const auto russian =
      utf8_mail("Оплата", "Во вложении счёт на оплату книги. Если есть вопросы, мы на связи.");
  const auto english = mail("News", "We are running and have been connected to the network.");
  catch_up();
  EXPECT_EQ(fuzzy("rechnung"), Emails{german});
  EXPECT_EQ(fuzzy("haus"), Emails{german});
  EXPECT_EQ(fuzzy("книга"), Emails{russian});
  EXPECT_EQ(fuzzy("connecting"), Emails{english});
  EXPECT_EQ(fuzzy("network connect"), Emails{english}) << "the order does not count";
  EXPECT_EQ(fuzzy("bestellungen", Query::Scope::subject), Emails{german});
  EXPECT_EQ(fuzzy("rechnung", Query::Scope::subject), Emails{});
  EXPECT_EQ(fuzzy("muller bert", Query::Scope::from), Emails{german}) << "as in German";
  EXPECT_EQ(fuzzy("müller bert", Query::Scope::from).size(), 3u);
}

TEST_F(Index, RanksWhatSaysMoreHigher) {
  const auto little = mail("one",
                           "The garden is large, and there are many other things to say "
                           "about the house, the street and the people in the town.");
  const auto much = mail("garden", "garden garden garden");
  mail("other", "nothing of it");
  catch_up();
  const auto hits = find(Query::Scope::text, "garden", true).hits;
  ASSERT_EQ(hits.size(), 2u);
  EXPECT_EQ(hits[0].email, little);
  EXPECT_EQ(hits[1].email, much);
  EXPECT_GT(hits[1].relevancy, hits[0].relevancy);
  for (const auto& hit : hits) EXPECT_TRUE(hit.relevancy >= 1 && hit.relevancy <= 100);
}

TEST_F(Index, FollowsTheStore) {
  const auto one = mail("a", "alpha");
  catch_up();
  const auto two = mail("b", "alpha beta");
  EXPECT_EQ(body("alpha"), Emails{one});
  EXPECT_EQ(find(Query::Scope::body, "alpha").upto, one);
  EXPECT_EQ(index.missing(), 1u);
  catch_up();
  EXPECT_EQ(body("alpha"), (Emails{one, two}));
  EXPECT_EQ(index.missing(), 0u);
  erase(one);
  catch_up();
  EXPECT_EQ(index.status().documents, 2u) << "it can be restored, and is found then";
  EXPECT_EQ(house.purge(), 1u);
  const auto three = mail("c", "alpha");
  catch_up();
  EXPECT_EQ(body("alpha"), (Emails{two, three}));
  EXPECT_EQ(index.status().documents, 2u);
}

TEST_F(Index, KeepsItsPlaceOverARestart) {
  const auto one = mail("a", "alpha");
  catch_up();
  erase(one);
  EXPECT_EQ(house.purge(), 1u);
  const auto two = mail("b", "alpha");
  AccountIndex again(settings, house.anna);
  EXPECT_EQ(again.missing(), two.value - one.value);
  ASSERT_EQ(again.advance(), Step::done);
  EXPECT_EQ(again.find({Query::Scope::body, "alpha"}).possible, Emails{two});
}

TEST_F(Index, IsMadeAnewWhenItIsLost) {
  const auto one = mail("a", "alpha");
  catch_up();
  ASSERT_EQ(body("alpha"), Emails{one});
  std::filesystem::remove_all(settings.folder);
  EXPECT_FALSE(find(Query::Scope::body, "alpha").usable);
  EXPECT_TRUE(index.damaged());
  catch_up();
  EXPECT_EQ(body("alpha"), Emails{one});
}

TEST_F(Index, IsMadeAnewWhenItVanishesBeforeACommit) {
  const auto one = mail("a", "alpha");
  catch_up();
  std::filesystem::remove_all(settings.folder);
  const auto two = mail("b", "alpha");
  catch_up();
  EXPECT_EQ(body("alpha"), (Emails{one, two}));
}

TEST_F(Index, IsMadeAnewWhenItIsBroken) {
  const auto one = mail("a", "alpha");
  catch_up();
  for (const auto& file : std::filesystem::directory_iterator(settings.folder / "1")) {
    std::ofstream(file.path(), std::ios::trunc) << "nonsense";
  }
  AccountIndex again(settings, house.anna);
  EXPECT_FALSE(again.find({Query::Scope::body, "alpha"}).usable);
  Step step = Step::more;
  while (step == Step::more) step = again.advance();
  EXPECT_EQ(again.find({Query::Scope::body, "alpha"}).possible, Emails{one});
}

TEST_F(Index, IsMadeAnewWhenItIsOfAnotherVersion) {
  const auto one = mail("a", "alpha");
  catch_up();
  {
    Xapian::WritableDatabase db((settings.folder / "1").string(), Xapian::DB_OPEN);
    db.set_metadata("format", "0");
    db.commit();
  }
  AccountIndex again(settings, house.anna);
  EXPECT_FALSE(again.find({Query::Scope::body, "alpha"}).usable);
  ASSERT_EQ(again.advance(), Step::done);
  EXPECT_EQ(again.find({Query::Scope::body, "alpha"}).possible, Emails{one});
}

TEST_F(Index, IsMadeAnewWhenTheStoreIsOlder) {
  mail("a", "alpha");
  catch_up();
  {
    Xapian::WritableDatabase db((settings.folder / "1").string(), Xapian::DB_OPEN);
    db.set_metadata("bookmark", "00000000000003e800000000000003e8");
    db.commit();
  }
  AccountIndex again(settings, house.anna);
  ASSERT_EQ(again.advance(), Step::done);
  EXPECT_LT(again.status().bookmark.email.value, 10u);
}

TEST_F(Index, GoesWithItsAccount) {
  mail("a", "alpha");
  catch_up();
  ASSERT_TRUE(house.run(house.mailstore.erase_account(house.anna)));
  EXPECT_EQ(index.advance(), Step::gone);
  EXPECT_FALSE(std::filesystem::exists(settings.folder / "1"));
}

TEST_F(Index, MakesNoFilesForAnEmptyAccount) {
  catch_up();
  EXPECT_FALSE(std::filesystem::exists(settings.folder / "1"));
}

TEST_F(Index, HasOneWriterAtATime) {
  mail("a", "alpha");
  catch_up();
  mail("b", "beta");
  {
    const Xapian::WritableDatabase other((settings.folder / "1").string(), Xapian::DB_OPEN);
    EXPECT_EQ(index.advance(), Step::busy);
  }
  EXPECT_EQ(index.advance(), Step::done);
}

TEST_F(Index, ReadsAttachmentsByExtractors) {
  settings.extractors["application/x-shout"] = {"tr", "a-z", "A-Z"};
  const auto one = mail("x",
                        "--b\r\n\r\nhello\r\n--b\r\nContent-Type: application/x-shout\r\n"
                        "Content-Transfer-Encoding: base64\r\n\r\nYSB3aGlzcGVy\r\n--b--",
                        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n");
  catch_up();
  EXPECT_EQ(body("hello"), Emails{one}) << "the letter does not wait for its attachments";
  EXPECT_EQ(index.status().to_extract, 1u);
  EXPECT_EQ(index.extract_some({}), Step::more);
  EXPECT_EQ(index.extract_some({}), Step::done);
  EXPECT_EQ(find(Query::Scope::body, "a whisper").certain, Emails{one});
  EXPECT_EQ(index.status().to_extract, 0u);
}

TEST_F(Index, PassesOverAnExtractorThatFails) {
  settings.extractors["application/x-shout"] = {"false"};
  const auto one = mail("x", "", "MIME-Version: 1.0\r\nContent-Type: application/x-shout\r\n");
  catch_up();
  EXPECT_EQ(index.extract_some({}), Step::more);
  EXPECT_EQ(index.extract_some({}), Step::done);
  EXPECT_EQ(text("bert"), Emails{one});
}

TEST_F(Index, StopsWithinAStep) {
  mail("a", "alpha");
  mail("b", "beta");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(index.advance(stop.get_token()), Step::more);
  catch_up();
  EXPECT_EQ(index.status().documents, 2u);
}

}  // namespace
}  // namespace freehold::search
