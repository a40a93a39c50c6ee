#include "imap/search_key.hpp"

#include <algorithm>
#include <chrono>

#include "base/bytes.hpp"
#include "imap/limits.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

namespace {

using Kind = SearchKey::Kind;

// A key without an argument: its word, and what it is.
struct Plain {
  std::string_view word;
  Kind kind;
  mailstore::Flag flag;
  bool wanted;
};
constexpr Plain kPlain[] = {
    {"ALL", Kind::all, mailstore::kSeen, true},
    {"ANSWERED", Kind::flag, mailstore::kAnswered, true},
    {"DELETED", Kind::flag, mailstore::kDeleted, true},
    {"DRAFT", Kind::flag, mailstore::kDraft, true},
    {"FLAGGED", Kind::flag, mailstore::kFlagged, true},
    {"SEEN", Kind::flag, mailstore::kSeen, true},
    {"UNANSWERED", Kind::flag, mailstore::kAnswered, false},
    {"UNDELETED", Kind::flag, mailstore::kDeleted, false},
    {"UNDRAFT", Kind::flag, mailstore::kDraft, false},
    {"UNFLAGGED", Kind::flag, mailstore::kFlagged, false},
    {"UNSEEN", Kind::flag, mailstore::kSeen, false},
};

struct Worded {
  std::string_view word;
  Kind kind;
};
constexpr Worded kHeaders[] = {{"BCC", Kind::header},
                               {"CC", Kind::header},
                               {"FROM", Kind::header},
                               {"SUBJECT", Kind::header},
                               {"TO", Kind::header}};
constexpr Worded kTexts[] = {{"BODY", Kind::body}, {"TEXT", Kind::text}};
constexpr Worded kDates[] = {{"BEFORE", Kind::before},  {"ON", Kind::on},
                             {"SINCE", Kind::since},    {"SENTBEFORE", Kind::sent_before},
                             {"SENTON", Kind::sent_on}, {"SENTSINCE", Kind::sent_since}};
constexpr Worded kSizes[] = {{"LARGER", Kind::larger}, {"SMALLER", Kind::smaller}};

template <std::size_t N>
const Worded* find(const Worded (&words)[N], std::string_view word) {
  const auto* found = std::ranges::find(words, word, &Worded::word);
  return found == std::end(words) ? nullptr : found;
}

// "1-Feb-1994", perhaps in quotes; as days since 1970.
std::uint64_t read_day(Lexer& lexer) {
  const auto text = lexer.astring();
  const auto whole = parse_internal_date((text.size() == 10 ? " " : "") + text + " 00:00:00 +0000");
  if (!whole) {
    lexer.fail("a date is not well-formed");
    return 0;
  }
  const auto days = std::chrono::floor<std::chrono::days>(*whole).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(days, 0));
}

class Reader {
 public:
  explicit Reader(Lexer& lexer) : lexer_(lexer) {}

  SearchKey key(int depth) {
    SearchKey key;
    if (depth > kMaxNesting) {
      lexer_.fail("the search is nested too deeply");
      return key;
    }
    if (lexer_.skip('(')) {
      key.kind = Kind::all_of;
      do key.children.push_back(this->key(depth + 1));
      while (lexer_.skip(' '));
      lexer_.expect(')');
      return key;
    }
    if (is_digit(lexer_.peek()) || lexer_.peek() == '*' || lexer_.peek() == '$') {
      key.kind = Kind::sequence;
      key.set = lexer_.sequence_set();
      return key;
    }
    return worded(lexer_.keyword(), depth);
  }

 private:
  SearchKey worded(const std::string& word, int depth) {
    SearchKey key;
    const auto* plain = std::ranges::find(kPlain, std::string_view(word), &Plain::word);
    if (plain != std::end(kPlain)) {
      key.kind = plain->kind;
      key.flag = plain->flag;
      key.wanted = plain->wanted;
      return key;
    }
    // Nobody keeps \Recent any more: nothing is recent, all is old.
    if (word == "OLD") return key;
    if (word == "RECENT" || word == "NEW") {
      key.kind = Kind::none_of;
      key.children.emplace_back();
      return key;
    }
    lexer_.space();
    if (const auto* header = find(kHeaders, word)) {
      key.kind = header->kind;
      key.name = word;
      key.text = lexer_.astring();
    } else if (const auto* text = find(kTexts, word)) {
      key.kind = text->kind;
      key.text = lexer_.astring();
    } else if (const auto* date = find(kDates, word)) {
      key.kind = date->kind;
      key.number = read_day(lexer_);
    } else if (const auto* size = find(kSizes, word)) {
      key.kind = size->kind;
      key.number = lexer_.number64();
    } else {
      special(word, depth, key);
    }
    return key;
  }

  void special(const std::string& word, int depth, SearchKey& key) {
    if (word == "NOT") {
      key.kind = Kind::none_of;
      key.children.push_back(this->key(depth + 1));
    } else if (word == "OR") {
      key.kind = Kind::any_of;
      key.children.push_back(this->key(depth + 1));
      lexer_.space();
      key.children.push_back(this->key(depth + 1));
    } else if (word == "UID") {
      key.kind = Kind::uid;
      key.set = lexer_.sequence_set();
    } else if (word == "KEYWORD" || word == "UNKEYWORD") {
      key.kind = Kind::keyword;
      key.wanted = word == "KEYWORD";
      key.name = to_lower(lexer_.atom());
    } else if (word == "HEADER") {
      key.kind = Kind::header;
      key.name = lexer_.astring();
      lexer_.space();
      key.text = lexer_.astring();
    } else if (word == "MODSEQ") {
      key.kind = Kind::modseq;
      // RFC 7162, 3.1.5: an entry name and type may come first; we keep one modseq for all flags.
      if (lexer_.peek() == '"') {
        static_cast<void>(lexer_.astring());
        lexer_.space();
        static_cast<void>(lexer_.atom());
        lexer_.space();
      }
      key.number = lexer_.number64();
    } else {
      lexer_.fail("the search key '" + word + "' is not known");
    }
  }

  Lexer& lexer_;
};

void read_return(Lexer& lexer, SearchRequest& request) {
  request.extended = true;
  lexer.space();
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    const auto option = lexer.keyword();
    if (option == "MIN")
      request.min = true;
    else if (option == "MAX")
      request.max = true;
    else if (option == "COUNT")
      request.count = true;
    else if (option == "ALL")
      request.all = true;
    else if (option == "SAVE")
      request.save = true;
    else
      lexer.fail("this RETURN option of SEARCH is not known");
    if (lexer.peek() != ')') lexer.space();
  }
  // RFC 4731, 3.1: nothing named means ALL; with SAVE alone nothing is answered (RFC 5182).
  if (!request.min && !request.max && !request.count && !request.save) request.all = true;
}

bool has_modseq(const SearchKey& key) {
  return key.kind == Kind::modseq || std::ranges::any_of(key.children, has_modseq);
}

}  // namespace

bool SearchRequest::uses_modseq() const { return has_modseq(key); }

SearchRequest read_search(Lexer& lexer) {
  SearchRequest request;
  lexer.space();
  if (lexer.word("RETURN")) {
    read_return(lexer, request);
    lexer.space();
  }
  if (lexer.word("CHARSET")) {
    lexer.space();
    request.charset = to_upper(lexer.astring());
    lexer.space();
  }
  Reader reader(lexer);
  request.key.kind = Kind::all_of;
  do request.key.children.push_back(reader.key(0));
  while (lexer.skip(' '));
  return request;
}

}  // namespace freehold::imap
