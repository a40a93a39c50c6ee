#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filter/tokens.hpp"

namespace freehold::filter {

// A token's weight in the classifier, in whole parts of 1/kWeightUnit: what was added can be taken
// off again to the last bit, which floating point would not promise.
using Weight = std::int32_t;
inline constexpr double kWeightUnit = 4096;

using WeightEntries = std::vector<std::pair<Token, Weight>>;  // ascending by token, none of 0

// schema::FilterBase::weights. Nothing when it is not well-formed.
[[nodiscard]] std::string encode_weights(const WeightEntries& entries);
[[nodiscard]] std::optional<WeightEntries> decode_weights(std::string_view bytes);

// The weights of some tokens; the others have 0. A value.
class SparseWeights {
 public:
  SparseWeights() = default;
  explicit SparseWeights(const WeightEntries& entries);

  [[nodiscard]] Weight get(Token token) const;
  void add(std::span<const Token> tokens, Weight step);
  [[nodiscard]] std::size_t size() const { return used_; }
  [[nodiscard]] WeightEntries entries() const;
  // Drops the least of them until there are no more than `most`.
  void keep_heaviest(std::size_t most);

 private:
  struct Slot {
    Token token = 0;  // 0: free
    Weight weight = 0;
  };
  [[nodiscard]] std::size_t place(Token token) const;
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

// The weights that all accounts share: one for each residue of tokens, 2 MiB. A value, filled once.
class DenseWeights {
 public:
  static constexpr std::size_t kSize = std::size_t{1} << 20;

  DenseWeights() : weights_(kSize) {}
  explicit DenseWeights(const WeightEntries& entries);

  [[nodiscard]] Weight get(Token token) const { return weights_[token % kSize]; }
  void add(std::span<const Token> tokens, Weight step);
  // The heaviest, at most `most`, by residue.
  [[nodiscard]] WeightEntries entries(std::size_t most) const;

 private:
  std::vector<std::int16_t> weights_;
};

// Logistic regression over a message's tokens, each of which counts 1/sqrt(their number), so that a
// long message is worth no more than a short one.
[[nodiscard]] double logit_of(std::int64_t sum_of_weights, std::size_t tokens);
[[nodiscard]] double probability_of(double logit);
// What to add to the weight of each token so that a message now at `logit` is known for what it is:
// as many steps of gradient descent as `margin` (a probability near 1) needs, `most` at the most.
// 0 when it is known well already.
struct Rate {
  double step = 2;
  double margin = 0.97;
  unsigned most = 12;
};
[[nodiscard]] Weight training_step(double logit, bool spam, std::size_t tokens, const Rate& rate);

}  // namespace freehold::filter
