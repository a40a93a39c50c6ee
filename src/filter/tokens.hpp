#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "filter/html.hpp"
#include "filter/texts.hpp"
#include "message/parser.hpp"

namespace freehold::filter {

// Raised when the same message gives other tokens: what was learned before means nothing then.
inline constexpr std::uint32_t kTokenizerVersion = 1;

// The hash of a token; never 0.
using Token = std::uint32_t;
[[nodiscard]] Token token_of(std::string_view kind, std::string_view text);

// Tokens are found once each, in the order in which they are found, up to kMaxTokens.
class Tokens {
 public:
  enum class Names : bool { dropped, kept };  // kept for an explanation only

  explicit Tokens(Names names = Names::dropped);

  void add(std::string_view kind, std::string_view text);
  // Two adjacent words, by their own tokens.
  void add_pair(Token first, Token second, std::string_view first_word,
                std::string_view second_word);
  // The same with its hash, which the caller has already.
  void add(Token token, std::string_view kind, std::string_view text);

  [[nodiscard]] std::span<const Token> all() const { return tokens_; }
  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  [[nodiscard]] bool full() const { return tokens_.size() == tokens_.capacity(); }
  // "subject:viagra"; "" when names are dropped.
  [[nodiscard]] std::string_view name(std::size_t index) const;
  [[nodiscard]] bool has(std::string_view kind, std::string_view text) const;

 private:
  bool insert(Token token);

  Names keep_;
  std::vector<Token> tokens_;
  std::vector<Token> slots_;  // a hash set
  std::vector<std::string> names_;
};

// All that the filter takes from a message itself.
struct Content {
  Tokens tokens;
  std::vector<Link> links;         // of all texts, at most kMaxLinks
  std::vector<std::string> hosts;  // that they lead to, each once, at most kMaxHosts
};

// Pure and quick: no more than a millisecond for a letter of 20 KiB.
[[nodiscard]] Content read_content(const message::Parsed& parsed, std::span<const Text> texts,
                                   Tokens::Names names = Tokens::Names::dropped);

}  // namespace freehold::filter
