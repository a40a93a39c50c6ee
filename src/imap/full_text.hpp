#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/awaitable.hpp"
#include "imap/search_key.hpp"
#include "imap/view.hpp"
#include "search/search.hpp"

namespace freehold::imap {

// What the full-text index says of the text keys of one search program, asked once before the
// messages are gone through. Refers to the program's keys by their places, so the program must not
// change meanwhile. Used by one coroutine.
class FullText {
 public:
  enum class Verdict : std::uint8_t {
    unknown,  // look at the message
    no,
    yes,
  };

  // `index` may be null: all is unknown then. The key is as Matcher::prepare() has made it; the
  // view outlives the call.
  awaitable<void> ask(search::Search* index, const View& view, const SearchKey& key);

  // Of a key and a message of the view.
  [[nodiscard]] Verdict of(const SearchKey& key, std::size_t message) const {
    const auto found = verdicts_.find(&key);
    return found == verdicts_.end() ? Verdict::unknown : found->second[message];
  }
  [[nodiscard]] bool knows(const SearchKey& key) const { return verdicts_.contains(&key); }

  // RFC 6203, 4: 1 to 100; 100 where nothing is fuzzy.
  [[nodiscard]] int relevancy(std::size_t message) const {
    return message < relevancies_.size() ? relevancies_[message] : 100;
  }

 private:
  using Verdicts = std::vector<Verdict>;

  awaitable<void> ask_all(search::Search& index, const View& view, const SearchKey& key,
                          bool of_fields);
  awaitable<void> ask_one(search::Search& index, const View& view, const SearchKey& key);
  [[nodiscard]] static Verdicts judge(const View& view, const search::Candidates& found);
  [[nodiscard]] static Verdicts judge_field(const View& view, const search::Candidates& found);
  [[nodiscard]] Verdicts judge_fuzzy(const View& view, const search::Candidates& found);

  std::unordered_map<const SearchKey*, Verdicts> verdicts_;
  std::vector<std::uint8_t> relevancies_;  // of the view's messages; empty: nothing was fuzzy
};

}  // namespace freehold::imap
