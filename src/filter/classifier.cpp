#include "filter/classifier.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "filter/limits.hpp"
#include "schema/filter.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::filter {

namespace keys = store::keys;

namespace {

Delta read_delta(const store::Reader& from, AccountId account) {
  const auto record = store::read<schema::FilterDelta>(from, keys::filter_delta(account));
  if (!record || record->tokenizer() != kTokenizerVersion) return {};
  const auto entries = decode_weights(record->weights());
  if (!entries) throw store::ReadError("what an account taught the filter is corrupt");
  return {SparseWeights(*entries), record->ham(), record->spam()};
}

void write_delta(store::Transaction& tx, AccountId account, Delta& delta) {
  delta.weights.keep_heaviest(kMaxDeltaTokens);
  schema::FilterDelta record;
  record.set_weights(encode_weights(delta.weights.entries()));
  record.set_ham(delta.ham);
  record.set_spam(delta.spam);
  record.set_tokenizer(kTokenizerVersion);
  tx.put(keys::filter_delta(account), record.SerializeAsString());
}

std::uint64_t& count_of(Delta& delta, bool spam) { return spam ? delta.spam : delta.ham; }

void take_back(Delta& delta, const schema::FilterLearned& learned, std::span<const Token> tokens) {
  if (learned.tokenizer() != kTokenizerVersion) return;
  delta.weights.add(tokens, -learned.step());
  std::uint64_t& count = count_of(delta, learned.spam());
  if (count > 0) --count;
}

schema::FilterLearned teach(Delta& delta, const BaseModel& base, const Tokens& tokens, bool spam,
                            Time now) {
  const Weight step = training_step(judge(base, delta, tokens).logit, spam, tokens.size(), Rate{});
  delta.weights.add(tokens.all(), step);
  ++count_of(delta, spam);
  schema::FilterLearned learned;
  learned.set_spam(spam);
  learned.set_step(step);
  learned.set_tokenizer(kTokenizerVersion);
  learned.set_at(to_millis(now));
  return learned;
}

std::shared_ptr<const BaseModel> load_base(const store::Reader& from) {
  if (const auto record = from.get(keys::filter_base())) {
    if (auto model = decode_base(*record)) {
      return std::make_shared<const BaseModel>(std::move(*model));
    }
  }
  return std::make_shared<const BaseModel>(seed_model());
}

}  // namespace

Judgement judge(const BaseModel& base, const Delta& delta, const Tokens& tokens) {
  Judgement out;
  out.ham = delta.ham;
  out.spam = delta.spam;
  std::vector<std::pair<Weight, std::size_t>> weighed;
  weighed.reserve(tokens.size());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token token = tokens.all()[i];
    const Weight weight = base.weights.get(token) + delta.weights.get(token);
    if (weight == 0) continue;
    sum += weight;
    weighed.emplace_back(weight, i);
  }
  out.known = weighed.size();
  out.logit = logit_of(sum, tokens.size());
  out.probability = probability_of(out.logit);
  const auto count = std::min(weighed.size(), kMaxReasonTokens);
  std::ranges::partial_sort(weighed, weighed.begin() + static_cast<std::ptrdiff_t>(count), {},
                            [](const auto& w) { return -std::abs(w.first); });
  for (const auto& [weight, token] : std::span(weighed).first(count)) {
    out.strongest.push_back({token, logit_of(weight, tokens.size())});
  }
  return out;
}

Classifier::Classifier(store::Engine& engine, const Clock& clock)
    : engine_(engine), clock_(clock), lane_(engine), base_(load_base(engine.latest())) {}

std::shared_ptr<const BaseModel> Classifier::base() const {
  const std::lock_guard lock(mutex_);
  return base_;
}

Judgement Classifier::judge(AccountId account, const Tokens& tokens) {
  const auto base = this->base();
  const auto delta = delta_of(account);
  return filter::judge(*base, *delta, tokens);
}

std::shared_ptr<const Delta> Classifier::cached(AccountId account) {
  const auto found = places_.find(account);
  if (found == places_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->delta;
}

void Classifier::put_in_cache(AccountId account, std::shared_ptr<const Delta> delta) {
  if (const auto found = places_.find(account); found != places_.end()) {
    found->second->delta = std::move(delta);
    return;
  }
  recent_.push_front({account, std::move(delta)});
  places_[account] = recent_.begin();
  if (recent_.size() > kMaxCachedDeltas) {
    places_.erase(recent_.back().account);
    recent_.pop_back();
  }
}

void Classifier::drop_from_cache(AccountId account) {
  const std::lock_guard lock(mutex_);
  ++changes_;
  const auto found = places_.find(account);
  if (found == places_.end()) return;
  recent_.erase(found->second);
  places_.erase(found);
}

std::shared_ptr<const Delta> Classifier::delta_of(AccountId account) {
  std::uint64_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    if (auto known = cached(account)) return known;
    before = changes_;
  }
  auto delta = std::make_shared<const Delta>(read_delta(engine_.latest(), account));
  const std::lock_guard lock(mutex_);
  if (before == changes_) put_in_cache(account, delta);
  return delta;
}

awaitable<Result<>> Classifier::change(AccountId account, BlobHash message, Tokens tokens,
                                       std::optional<Verdict> verdict) {
  const auto base = this->base();
  const Time now = clock_.now();
  auto outcome = co_await lane_.run([&](store::Transaction& tx) -> Result<> {
    const std::string key = keys::filter_learned(account, message);
    const auto before = store::read<schema::FilterLearned>(tx, key);
    const bool known = before && before->tokenizer() == kTokenizerVersion;
    if (!before && !verdict) return {};
    if (known && verdict && before->spam() == (*verdict == Verdict::spam)) return {};
    Delta delta = read_delta(tx, account);
    if (before) take_back(delta, *before, tokens.all());
    if (verdict) {
      const auto learned = teach(delta, *base, tokens, *verdict == Verdict::spam, now);
      tx.put(key, learned.SerializeAsString());
    } else {
      tx.erase(key);
    }
    write_delta(tx, account, delta);
    return {};
  });
  drop_from_cache(account);
  co_return outcome;
}

awaitable<Result<>> Classifier::learn(AccountId account, BlobHash message, Tokens tokens,
                                      Verdict verdict) {
  return change(account, message, std::move(tokens), verdict);
}

awaitable<Result<>> Classifier::forget(AccountId account, BlobHash message, Tokens tokens) {
  return change(account, message, std::move(tokens), std::nullopt);
}

std::optional<Verdict> Classifier::learned_as(AccountId account, const BlobHash& message) const {
  const auto record =
      store::read<schema::FilterLearned>(engine_.latest(), keys::filter_learned(account, message));
  if (!record) return std::nullopt;
  return record->spam() ? Verdict::spam : Verdict::ham;
}

awaitable<Result<>> Classifier::forget_all(AccountId account) {
  auto outcome = co_await lane_.run([account](store::Transaction& tx) -> Result<> {
    std::vector<std::string> gone = {keys::filter_delta(account)};
    tx.scan(store::prefix_range(keys::filter_learned_of(account)),
            [&gone](std::string_view key, std::string_view) {
              gone.emplace_back(key);
              return true;
            });
    for (std::string& key : gone) tx.erase(std::move(key));
    return {};
  });
  drop_from_cache(account);
  co_return outcome;
}

awaitable<Result<>> Classifier::replace_base(BaseModel model) {
  auto shared = std::make_shared<const BaseModel>(std::move(model));
  auto outcome = co_await lane_.run([&shared](store::Transaction& tx) -> Result<> {
    tx.put(keys::filter_base(), encode_base(*shared, DenseWeights::kSize));
    return {};
  });
  if (outcome) {
    const std::lock_guard lock(mutex_);
    base_ = std::move(shared);
  }
  co_return outcome;
}

}  // namespace freehold::filter
