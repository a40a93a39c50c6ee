#include "search/field_words.hpp"

#include <xapian.h>

#include <string>

#include "search/limits.hpp"
#include "search/terms.hpp"
#include "search/words.hpp"

namespace freehold::search {

namespace {

// A set of emails, by their numbers.
using Emails = std::vector<bool>;

void add(const Xapian::Database& db, const std::string& term, Emails& to) {
  for (auto at = db.postlist_begin(term); at != db.postlist_end(term); ++at) {
    if (*at < to.size()) to[*at] = true;
  }
}

void keep(Emails& these, const Emails& that_are_in) {
  for (std::size_t i = 0; i < these.size(); ++i) these[i] = these[i] && that_are_in[i];
}

// What is behind the cut may be anything. It is between two characters of at most four bytes.
bool may_be_cut(std::string_view word) { return word.size() + 3 >= kMaxWord; }

}  // namespace

std::optional<std::vector<EmailId>> emails_with_words_of(const Xapian::Database& db,
                                                         std::string_view prefix,
                                                         std::string_view folded) {
  const auto words = words_of(folded, kMaxPhrase);
  if (words.empty() || begins_with_mark(folded)) return std::nullopt;
  // The needle may begin and end within a word; those between stand in the text as they are.
  const auto begin = words.front().text, end = words.back().text;
  const Emails none(static_cast<std::size_t>(db.get_lastdocid()) + 1);
  Emails found = none, with_end = none;
  for (auto at = db.allterms_begin(std::string(prefix)); at != db.allterms_end(std::string(prefix));
       ++at) {
    const std::string term = *at;
    const auto word = std::string_view(term).substr(prefix.size());
    const bool cut = may_be_cut(word);
    if (cut || word.contains(begin)) add(db, term, found);
    if (words.size() > 1 && (cut || word.contains(end))) add(db, term, with_end);
  }
  if (words.size() > 1) keep(found, with_end);
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    Emails with_word = none;
    add(db, std::string(prefix).append(indexed_word(words[i].text)), with_word);
    keep(found, with_word);
  }
  add(db, std::string(kCutHeader), found);
  std::vector<EmailId> emails;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) emails.emplace_back(i);
  }
  return emails;
}

}  // namespace freehold::search
