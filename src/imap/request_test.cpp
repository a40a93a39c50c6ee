#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "imap/fetch_items.hpp"
#include "imap/search_key.hpp"

namespace freehold::imap {
namespace {

using ::testing::ElementsAre;
using FetchKind = FetchItem::Kind;
using What = Section::What;

TEST(FetchItems, AreRead) {
  const struct {
    const char* text;
    std::vector<FetchKind> kinds;
    bool sets_seen;
  } table[] = {
      {"ALL",
       {FetchKind::flags, FetchKind::internal_date, FetchKind::size, FetchKind::envelope},
       false},
      {"fast", {FetchKind::flags, FetchKind::internal_date, FetchKind::size}, false},
      {"FULL",
       {FetchKind::flags, FetchKind::internal_date, FetchKind::size, FetchKind::envelope,
        FetchKind::body_structure_basic},
       false},
      {"(uid Flags)", {FetchKind::uid, FetchKind::flags}, false},
      {"BODY", {FetchKind::body_structure_basic}, false},
      {"BODYSTRUCTURE", {FetchKind::body_structure}, false},
      {"BODY[]", {FetchKind::section}, true},
      {"BODY.PEEK[]", {FetchKind::section}, false},
      {"RFC822", {FetchKind::section}, true},
      {"RFC822.HEADER", {FetchKind::section}, false},
      {"RFC822.TEXT", {FetchKind::section}, true},
      {"RFC822.SIZE", {FetchKind::size}, false},
      {"BINARY[1]", {FetchKind::binary}, true},
      {"BINARY.PEEK[1]<0.5>", {FetchKind::binary}, false},
      {"BINARY.SIZE[1.2]", {FetchKind::binary_size}, false},
      {"MODSEQ (CHANGEDSINCE 12345678901234)", {FetchKind::modseq}, false},
  };
  for (const auto& [text, kinds, sets_seen] : table) {
    Lexer lexer(text);
    const auto request = read_fetch(lexer);
    ASSERT_TRUE(lexer.done()) << text << ": " << lexer.error();
    std::vector<FetchKind> found;
    for (const auto& item : request.items) found.push_back(item.kind);
    EXPECT_EQ(found, kinds) << text;
    EXPECT_EQ(request.sets_seen(), sets_seen) << text;
  }
}

TEST(FetchItems, SectionsAreReadAndNamedInTheAnswer) {
  const struct {
    const char* text;
    std::vector<std::uint32_t> part;
    What what;
    const char* label;
  } table[] = {
      {"BODY[]", {}, What::all, "BODY[]"},
      {"BODY.PEEK[1.2.3]", {1, 2, 3}, What::all, "BODY[1.2.3]"},
      {"body[header]", {}, What::header, "BODY[HEADER]"},
      {"BODY[TEXT]<10.20>", {}, What::text, "BODY[TEXT]<10>"},
      {"BODY[2.MIME]", {2}, What::mime, "BODY[2.MIME]"},
      {"BODY[2.1.HEADER]", {2, 1}, What::header, "BODY[2.1.HEADER]"},
      {"BODY[HEADER.FIELDS (From \"To\")]",
       {},
       What::header_fields,
       "BODY[HEADER.FIELDS (From To)]"},
      {"BODY[1.HEADER.FIELDS.NOT (X)]",
       {1},
       What::header_fields_not,
       "BODY[1.HEADER.FIELDS.NOT (X)]"},
  };
  for (const auto& [text, part, what, label] : table) {
    Lexer lexer(text);
    const auto request = read_fetch(lexer);
    ASSERT_TRUE(lexer.done()) << text << ": " << lexer.error();
    ASSERT_EQ(request.items.size(), 1U);
    EXPECT_EQ(request.items[0].section.part, part) << text;
    EXPECT_EQ(request.items[0].section.what, what) << text;
    EXPECT_EQ(request.items[0].label, label);
  }
}

TEST(FetchItems, AreRefusedWhenTheyAreNone) {
  for (const auto* text : {"",
                           "(",
                           "()",
                           "(UID",
                           "(UID  FLAGS)",
                           "UID FLAGS",
                           "NONSENSE",
                           "BODY[",
                           "BODY[]<",
                           "BODY[]<1>",
                           "BODY[]<1.0>",
                           "BODY[0]",
                           "BODY[1.]",
                           "BODY[.1]",
                           "BODY[MIME]",
                           "BODY[HEADER.FIELDS]",
                           "BODY[HEADER.FIELDS ()]",
                           "BODY[HEADER.FIELDS (a]",
                           "BODY[4294967296]",
                           "BODY[NONSENSE]",
                           "BINARY[1.MIME]",
                           "BINARY.SIZE[1]<0.1>",
                           "UID (CHANGEDSINCE)",
                           "UID (SINCE 1)",
                           "UID (CHANGEDSINCE 1"}) {
    Lexer lexer(text);
    (void)read_fetch(lexer);
    EXPECT_FALSE(lexer.done()) << text;
  }
}

TEST(SearchKeys, AreRead) {
  using Kind = SearchKey::Kind;
  const struct {
    const char* text;
    Kind kind;
  } table[] = {
      {" ALL", Kind::all},
      {" unseen", Kind::flag},
      {" OLD", Kind::all},
      {" NEW", Kind::none_of},
      {" 1:3", Kind::sequence},
      {" *", Kind::sequence},
      {" $", Kind::sequence},
      {" UID 1:*", Kind::uid},
      {" (SEEN DRAFT)", Kind::all_of},
      {" OR SEEN (DRAFT 1)", Kind::any_of},
      {" NOT SEEN", Kind::none_of},
      {" FROM \"a b\"", Kind::header},
      {" HEADER X-Y \"\"", Kind::header},
      {" SUBJECT {3}\r\nabc", Kind::header},
      {" BODY x", Kind::body},
      {" TEXT x", Kind::text},
      {" SINCE 1-Feb-1994", Kind::since},
      {" SENTBEFORE \"28-Feb-1994\"", Kind::sent_before},
      {" LARGER 100", Kind::larger},
      {" KEYWORD Work", Kind::keyword},
      {" UNKEYWORD Work", Kind::keyword},
      {" MODSEQ 12345678901", Kind::modseq},
      {" MODSEQ \"/flags/\\\\Seen\" all 7", Kind::modseq},
  };
  for (const auto& [text, kind] : table) {
    Lexer lexer(text);
    const auto request = read_search(lexer);
    ASSERT_TRUE(lexer.done()) << text << ": " << lexer.error();
    ASSERT_EQ(request.key.children.size(), 1U) << text;
    EXPECT_EQ(request.key.children[0].kind, kind) << text;
  }
}

TEST(SearchKeys, AreRefusedWhenTheyAreNone) {
  std::string deep = " ";
  for (int i = 0; i < 1000; ++i) deep += "NOT ";
  for (const auto& text : std::vector<std::string>{"",
                                                   " ",
                                                   " NONSENSE",
                                                   " FROM",
                                                   " FROM ",
                                                   " SINCE 1994",
                                                   " SINCE 31-Foo-1994",
                                                   " LARGER x",
                                                   " (",
                                                   " ()",
                                                   " (SEEN",
                                                   " SEEN ",
                                                   " OR SEEN",
                                                   " NOT",
                                                   " UID",
                                                   " UID x",
                                                   " 0",
                                                   " KEYWORD",
                                                   " RETURN MIN ALL",
                                                   " RETURN (NONSENSE) ALL",
                                                   " RETURN (MIN)",
                                                   " CHARSET",
                                                   deep + "SEEN",
                                                   " " + std::string(1000, '(') + "SEEN"}) {
    Lexer lexer(text);
    (void)read_search(lexer);
    EXPECT_FALSE(lexer.done()) << text.substr(0, 40);
  }
}

TEST(SearchKeys, ReturnOptionsAreRead) {
  Lexer lexer(" RETURN () ALL");
  EXPECT_TRUE(read_search(lexer).all);
  Lexer saved(" RETURN (SAVE) CHARSET utf-8 ALL");
  const auto request = read_search(saved);
  EXPECT_TRUE(saved.done());
  EXPECT_TRUE(request.save);
  EXPECT_FALSE(request.all);
  EXPECT_EQ(request.charset, "UTF-8");
}

}  // namespace
}  // namespace freehold::imap
