#include "search/terms.hpp"

#include <xapian.h>

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/bytes.hpp"
#include "message/fold.hpp"
#include "search/language.hpp"
#include "search/limits.hpp"
#include "search/texts.hpp"
#include "search/words.hpp"

namespace freehold::search {

namespace {

// Of texts too short to say their language: English stems by endings that other languages have too.
constexpr std::string_view kFallback = "english";
// Between texts, so that no phrase spans two.
constexpr Xapian::termpos kGap = 100;

std::string term_of(std::string_view prefix, std::string_view word) {
  std::string term(prefix);
  term += indexed_word(word);
  return term;
}

// Both characters of a pair stand side by side in one text.
std::string_view pair_of(const Word& first, const Word& second) {
  return {first.text.data(), first.text.size() + second.text.size()};
}

class Builder {
 public:
  explicit Builder(std::string_view language) : stem_(std::string(language), true) {
    document_.add_boolean_term(std::string(kLanguage) + std::string(language));
  }

  // Words with positions, and their stems when they may be looked for fuzzily.
  void add(std::string_view prefix, std::string_view folded, bool stems) {
    Word last;
    bool pairs = false;
    counted_.clear();
    for (Word word = next_word(folded); !word.text.empty(); word = next_word(folded)) {
      if (pairs && word.gram && word.joined) post(prefix, pair_of(last, word), true, position_ - 1);
      post(prefix, word.text, word.gram, position_++);
      pairs = word.gram;
      last = word;
    }
    if (stems) add_stems(std::string(kStem) + std::string(prefix));
    position_ += kGap;
  }

  void add_mark(std::string_view term) { document_.add_boolean_term(std::string(term)); }

  Xapian::Document take() { return std::move(document_); }

 private:
  struct Counted {
    std::string term;
    Xapian::termcount count = 0;
    bool gram = false;
  };

  void post(std::string_view prefix, std::string_view word, bool gram, Xapian::termpos at) {
    const std::string key(indexed_word(word));
    auto found = counted_.find(key);
    if (found == counted_.end()) {
      if (terms_ == kMaxTerms) return;
      ++terms_;
      found = counted_.emplace(key, Counted{term_of(prefix, word), 0, gram}).first;
    }
    ++found->second.count;
    document_.add_posting(found->second.term, at);
  }

  // Once for each different word: stemming and Xapian's own tables cost more than counting.
  void add_stems(const std::string& prefix) {
    for (const auto& [word, counted] : counted_) {
      if (!counted.gram) document_.add_term(term_of(prefix, stem_(word)), counted.count);
    }
  }

  Xapian::Document document_;
  Xapian::Stem stem_;
  Xapian::termpos position_ = 1;
  std::size_t terms_ = 0;
  std::unordered_map<std::string, Counted> counted_;  // of the text that is added
};

std::string_view prefix_of_field(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"Subject", kSubject}, {"From", kFrom}, {"To", kTo}, {"Cc", kCc}, {"Bcc", kBcc}};
  for (const auto& [field, prefix] : kFields) {
    if (iequals(field, name)) return prefix;
  }
  return {};
}

// The languages that the index has documents of.
std::vector<Xapian::Stem> stemmers(const Xapian::Database& db) {
  std::vector<Xapian::Stem> all;
  const std::string prefix(kLanguage);
  for (auto at = db.allterms_begin(prefix); at != db.allterms_end(prefix); ++at) {
    all.emplace_back((*at).substr(prefix.size()), true);
  }
  return all;
}

std::vector<std::string_view> prefixes(Query::Scope scope) {
  switch (scope) {
    case Query::Scope::body:
      return {kBody, kAttachment};
    case Query::Scope::text:
      return {kBody, kAttachment, kSubject, kFrom, kTo, kCc, kBcc};
    default:
      return {prefix_of_field(scope)};
  }
}

// A word in all its forms: its stems in the languages at hand, and, for less, what begins like the
// shortest of them.
Xapian::Query fuzzy_word(std::string_view prefix, std::string_view word,
                         const std::vector<Xapian::Stem>& stems) {
  constexpr std::size_t kLeastBeginning = 4;
  constexpr double kWeightOfBeginnings = 0.3;
  const std::string stem_prefix = std::string(kStem) + std::string(prefix);
  std::vector<std::string> forms{term_of(stem_prefix, word)};
  std::string shortest(word);
  for (const auto& stem : stems) {
    const auto form = stem(std::string(word));
    forms.push_back(term_of(stem_prefix, form));
    if (form.size() >= kLeastBeginning && form.size() < shortest.size() && word.starts_with(form))
      shortest = form;
  }
  std::ranges::sort(forms);
  forms.erase(std::ranges::unique(forms).begin(), forms.end());
  Xapian::Query query(Xapian::Query::OP_SYNONYM, forms.begin(), forms.end());
  if (word.size() < kLeastBeginning) return query;
  const Xapian::Query begins(Xapian::Query::OP_WILDCARD, term_of(prefix, shortest),
                             kMaxFuzzyExpansion, Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT,
                             Xapian::Query::OP_SYNONYM);
  return {Xapian::Query::OP_MAX, query,
          Xapian::Query(Xapian::Query::OP_SCALE_WEIGHT, begins, kWeightOfBeginnings)};
}

// The terms of a phrase, each at the position after the one before: of a run of characters the
// pairs, and at its end, when more follows, the last character alone.
std::vector<std::string> phrase_of(std::string_view prefix, std::span<const Word> words) {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    const bool pair = word.gram && i + 1 < words.size() && words[i + 1].gram && words[i + 1].joined;
    const bool ends_run = word.gram && word.joined && i > 0 && words[i - 1].gram;
    if (pair) {
      terms.push_back(term_of(prefix, pair_of(word, words[i + 1])));
    } else if (!ends_run || i + 1 < words.size()) {
      terms.push_back(term_of(prefix, word.text));
    }
  }
  return terms;
}

Xapian::Query beginning(const std::string& term) {
  return {Xapian::Query::OP_WILDCARD, term, kMaxExpansion,
          Xapian::Query::WILDCARD_LIMIT_MOST_FREQUENT, Xapian::Query::OP_OR};
}

Xapian::Query phrase(const std::vector<std::string>& terms) {
  if (terms.size() == 1) return Xapian::Query(terms.front());
  return {Xapian::Query::OP_PHRASE, terms.begin(), terms.end(),
          static_cast<Xapian::termcount>(terms.size())};
}

// Xapian has no phrases with a begun word in them, so there is one for each word that it may be; of
// very many all that have the rest of the phrase and any such word, which are more.
Xapian::Query phrase_with_beginning(const Xapian::Database& db, std::vector<std::string> terms) {
  const auto begun = terms.back();
  std::vector<Xapian::Query> phrases;
  for (auto at = db.allterms_begin(begun); at != db.allterms_end(begun); ++at) {
    if (phrases.size() == kMaxPhraseExpansion) {
      terms.pop_back();
      return {Xapian::Query::OP_AND, phrase(terms), beginning(begun)};
    }
    terms.back() = *at;
    phrases.push_back(phrase(terms));
  }
  return {Xapian::Query::OP_OR, phrases.begin(), phrases.end()};
}

}  // namespace

std::string_view prefix_of_field(Query::Scope scope) {
  switch (scope) {
    case Query::Scope::subject:
      return kSubject;
    case Query::Scope::from:
      return kFrom;
    case Query::Scope::to:
      return kTo;
    case Query::Scope::cc:
      return kCc;
    case Query::Scope::bcc:
      return kBcc;
    default:
      return {};
  }
}

Xapian::Document make_document(const MessageTexts& texts, std::string_view extracted) {
  const auto body = message::fold_text(texts.body);
  auto language = guess_language(body);
  if (language.empty()) language = kFallback;
  Builder builder(language);
  for (const auto& [name, value] : texts.fields) {
    const auto folded = message::fold_text(value);
    builder.add(kHeader, message::fold_text(name) + ": " + folded, false);
    if (const auto prefix = prefix_of_field(name); !prefix.empty())
      builder.add(prefix, folded, true);
  }
  if (texts.header_is_cut) builder.add_mark(kCutHeader);
  builder.add(kBody, body, true);
  builder.add(kAttachment, message::fold_text(texts.file_names), true);
  builder.add(kAttachment, message::fold_text(extracted), true);
  return builder.take();
}

Xapian::Query needle_query(const Xapian::Database& db, std::string_view prefix,
                           std::string_view folded) {
  const auto words = words_of(folded, kMaxPhrase);
  if (words.empty()) return {};
  auto terms = phrase_of(prefix, words);
  const auto& last = words.back();
  // Nothing stands behind the last word, so it may be only begun; a cut one stands for itself.
  const bool open = !last.gram && last.text.size() <= kMaxWord &&
                    last.text.data() + last.text.size() == folded.data() + folded.size();
  if (!open) return phrase(terms);
  if (terms.size() == 1) return beginning(terms.front());
  return phrase_with_beginning(db, std::move(terms));
}

Xapian::Query fuzzy_query(const Xapian::Database& db, Query::Scope scope, std::string_view folded) {
  const auto words = words_of(folded, kMaxPhrase);
  const auto stems = stemmers(db);
  std::vector<Xapian::Query> all;
  for (std::size_t i = 0; i < words.size();) {
    std::size_t end = i + 1;
    if (words[i].gram) {
      while (end < words.size() && words[end].gram && words[end].joined) ++end;
    }
    std::vector<Xapian::Query> places;
    for (const auto prefix : prefixes(scope)) {
      if (!words[i].gram) {
        places.push_back(fuzzy_word(prefix, words[i].text, stems));
        continue;
      }
      places.push_back(phrase(phrase_of(prefix, std::span(words).subspan(i, end - i))));
    }
    all.emplace_back(Xapian::Query::OP_OR, places.begin(), places.end());
    i = end;
  }
  return {Xapian::Query::OP_AND, all.begin(), all.end()};
}

}  // namespace freehold::search
