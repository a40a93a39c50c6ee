#include "imap/search_key.hpp"

#include <algorithm>
#include <chrono>

#include "base/bytes.hpp"
#include "imap/limits.hpp"
#include "imap/object_id.hpp"
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
constexpr Worded kDates[] = {{"BEFORE", Kind::before},
                             {"ON", Kind::on},
                             {"SINCE", Kind::since},
                             {"SENTBEFORE", Kind::sent_before},
                             {"SENTON", Kind::sent_on},
                             {"SENTSINCE", Kind::sent_since},
                             {"SAVEDBEFORE", Kind::saved_before},
                             {"SAVEDON", Kind::saved_on},
                             {"SAVEDSINCE", Kind::saved_since}};
constexpr Worded kIds[] = {{"EMAILID", Kind::email}, {"THREADID", Kind::thread}};
constexpr Worded kNumbers[] = {{"LARGER", Kind::larger},
                               {"SMALLER", Kind::smaller},
                               {"X-GM-MSGID", Kind::email},
                               {"X-GM-THRID", Kind::thread}};
constexpr Worded kAges[] = {{"OLDER", Kind::older}, {"YOUNGER", Kind::younger}};

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

// RFC 6203, 3: of keys that are not about text it means nothing.
void make_fuzzy(SearchKey& key) {
  key.fuzzy = key.kind == Kind::header || key.kind == Kind::body || key.kind == Kind::text;
  for (auto& child : key.children) make_fuzzy(child);
}

// A label is a mailbox's name, or a system label such as \\Inbox.
std::string read_label(Lexer& lexer) {
  if (!lexer.skip('\\')) return lexer.astring();
  return "\\" + std::string(lexer.atom());
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
    if (word == "SAVEDATESUPPORTED") {
      key.kind = Kind::has_saved_date;
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
    } else if (const auto* number = find(kNumbers, word)) {
      key.kind = number->kind;
      key.number = lexer_.number64();
    } else if (const auto* age = find(kAges, word)) {
      key.kind = age->kind;
      key.number = lexer_.number();
      if (key.number == 0) lexer_.fail("an interval of no seconds");
    } else if (const auto* id = find(kIds, word)) {
      key.kind = id->kind;
      key.number = number_of_object(word.front(), lexer_.astring());
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
    } else if (word == "FUZZY") {
      key = this->key(depth + 1);
      make_fuzzy(key);
    } else if (word == "X-GM-RAW") {
      // Its query language is Gmail's own; its words mean what FUZZY TEXT does.
      key.kind = Kind::text;
      key.text = lexer_.astring();
      make_fuzzy(key);
    } else if (word == "X-GM-LABELS") {
      key.kind = Kind::label;
      key.name = read_label(lexer_);
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

bool has_modseq(const SearchKey& key) {
  return key.kind == Kind::modseq || std::ranges::any_of(key.children, has_modseq);
}

bool has_sequence(const SearchKey& key) {
  return (key.kind == SearchKey::Kind::sequence && !key.set.saved_result) ||
         std::ranges::any_of(key.children, has_sequence);
}

}  // namespace

std::string PartialRange::text() const {
  const std::string sign = from_end ? "-" : "";
  return sign + std::to_string(first) + ":" + sign + std::to_string(last);
}

std::pair<std::size_t, std::size_t> PartialRange::of(std::size_t count) const {
  const auto begin = std::min<std::size_t>(first - 1, count),
             end = std::min<std::size_t>(last, count);
  return from_end ? std::pair(count - end, count - begin) : std::pair(begin, end);
}

PartialRange read_partial_range(Lexer& lexer) {
  PartialRange range;
  range.from_end = lexer.skip('-');
  range.first = lexer.number();
  lexer.expect(':');
  if (lexer.skip('-') != range.from_end) lexer.fail("a range goes from one end only");
  range.last = lexer.number();
  if (range.first > range.last) std::swap(range.first, range.last);
  if (range.first == 0) lexer.fail("results are counted from 1");
  return range;
}

SearchReturn read_return(Lexer& lexer) {
  SearchReturn out;
  out.extended = true;
  lexer.space();
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    const auto option = lexer.keyword();
    if (option == "MIN") {
      out.min = true;
    } else if (option == "MAX") {
      out.max = true;
    } else if (option == "COUNT") {
      out.count = true;
    } else if (option == "ALL") {
      out.all = true;
    } else if (option == "SAVE") {
      out.save = true;
    } else if (option == "RELEVANCY") {
      out.relevancy = true;
    } else if (option == "UPDATE") {
      out.update = true;
    } else if (option == "PARTIAL" && !out.partial) {
      lexer.space();
      out.partial = read_partial_range(lexer);
    } else if (option != "CONTEXT") {  // RFC 5267, 4.2: a hint that it may be asked again
      lexer.fail("this RETURN option is not known");
    }
    if (lexer.peek() != ')') lexer.space();
  }
  if (out.all && out.partial) lexer.fail("PARTIAL and ALL exclude each other");
  // RFC 4731, 3.1: nothing named means ALL; with SAVE alone nothing is answered (RFC 5182).
  if (!out.min && !out.max && !out.count && !out.save && !out.partial) out.all = true;
  return out;
}

bool SearchRequest::uses_modseq() const { return has_modseq(key); }

bool SearchRequest::uses_sequence() const { return has_sequence(key); }

bool SearchRequest::knows_charset() const {
  return charset.empty() || charset == "UTF-8" || charset == "US-ASCII";
}

SearchKey read_search_keys(Lexer& lexer) {
  Reader reader(lexer);
  SearchKey all;
  all.kind = Kind::all_of;
  do all.children.push_back(reader.key(0));
  while (lexer.skip(' '));
  return all;
}

SearchRequest read_search(Lexer& lexer) {
  SearchRequest request;
  lexer.space();
  if (lexer.word("RETURN")) {
    static_cast<SearchReturn&>(request) = read_return(lexer);
    lexer.space();
  }
  if (lexer.word("CHARSET")) {
    lexer.space();
    request.charset = to_upper(lexer.astring());
    lexer.space();
  }
  request.key = read_search_keys(lexer);
  return request;
}

}  // namespace freehold::imap
