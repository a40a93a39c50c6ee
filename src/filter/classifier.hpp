#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "filter/base_model.hpp"
#include "filter/tokens.hpp"
#include "store/engine.hpp"
#include "store/lane.hpp"

namespace freehold::filter {

enum class Verdict : std::uint8_t { ham, spam };

// What an account has taught, on top of the base.
struct Delta {
  SparseWeights weights;
  std::uint64_t ham = 0;
  std::uint64_t spam = 0;
};

struct Judgement {
  struct Contribution {
    std::size_t token = 0;  // its place in Tokens
    double logit = 0;       // that it adds
  };

  double logit = 0;  // above 0: spam
  double probability = 0.5;
  std::size_t known = 0;                  // tokens that have a weight
  std::vector<Contribution> strongest{};  // at most kMaxReasonTokens, the strongest first
  std::uint64_t ham = 0;                  // that the account has taught
  std::uint64_t spam = 0;
};

// By weights alone.
[[nodiscard]] Judgement judge(const BaseModel& base, const Delta& delta, const Tokens& tokens);

// The statistical filter: one model for all and what each account has taught on top of it. Owned by
// the wiring, used from every thread; the engine and the clock outlive it.
class Classifier {
 public:
  // Reads the base model from the store; without one, or with one of another tokenizer, it is the
  // seed.
  Classifier(store::Engine& engine, const Clock& clock);

  // At most one get of the store: the account's delta, when it is not in memory. AccountId() has
  // taught nothing.
  [[nodiscard]] Judgement judge(AccountId account, const Tokens& tokens);

  // The message is what its owner says, from now on, whatever was said of it before. Teaching the
  // same twice changes nothing. The tokens have to be those of the message, its hash its name.
  awaitable<Result<>> learn(AccountId account, BlobHash message, Tokens tokens, Verdict verdict);
  // It is neither.
  awaitable<Result<>> forget(AccountId account, BlobHash message, Tokens tokens);
  [[nodiscard]] std::optional<Verdict> learned_as(AccountId account, const BlobHash& message) const;

  // Forgets all that an account has taught; for an account that is removed.
  awaitable<Result<>> forget_all(AccountId account);

  [[nodiscard]] std::shared_ptr<const BaseModel> base() const;
  awaitable<Result<>> replace_base(BaseModel model);

 private:
  struct Cached {
    AccountId account;
    std::shared_ptr<const Delta> delta;  // shared with those who judge by it at the moment
  };

  [[nodiscard]] std::shared_ptr<const Delta> delta_of(AccountId account);
  [[nodiscard]] std::shared_ptr<const Delta> cached(AccountId account);
  void put_in_cache(AccountId account, std::shared_ptr<const Delta> delta);
  void drop_from_cache(AccountId account);
  awaitable<Result<>> change(AccountId account, BlobHash message, Tokens tokens,
                             std::optional<Verdict> verdict);

  store::Engine& engine_;
  const Clock& clock_;
  store::Lane lane_;
  mutable std::mutex mutex_;
  std::shared_ptr<const BaseModel> base_;
  std::list<Cached> recent_;  // the last used first
  std::unordered_map<AccountId, std::list<Cached>::iterator> places_;
  std::uint64_t changes_ = 0;  // of deltas; one that was read before a change is not cached
};

}  // namespace freehold::filter
