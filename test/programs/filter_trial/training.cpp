#include "training.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <random>

namespace freehold::filter::trial {

BaseModel train_base(const std::vector<Example>& examples, unsigned passes, std::string origin) {
  BaseModel model;
  model.origin = std::move(origin);
  for (const Example& example : examples) ++(example.spam ? model.spam : model.ham);
  std::vector<std::size_t> order(examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 random(1);
  for (unsigned pass = 0; pass < passes; ++pass) {
    std::shuffle(order.begin(), order.end(), random);
    // Small steps that become smaller, towards a margin that leaves room for doubt.
    const Rate rate{.step = 4.0 / (2 + pass), .margin = 0.99, .most = 3};
    for (const std::size_t i : order) {
      const Tokens& tokens = examples[i].tokens;
      const double logit = filter::judge(model, Delta{}, tokens).logit;
      model.weights.add(tokens.all(), training_step(logit, examples[i].spam, tokens.size(), rate));
    }
  }
  return model;
}

Tokens portable(const Tokens& tokens) {
  constexpr std::array<std::string_view, 12> kKinds = {
      "every:",   "word:", "pair:", "subject:",    "subject-form:",    "from-name:",
      "missing:", "sign:", "link:", "attachment:", "reply-to:another", "from:"};
  Tokens kept(Tokens::Names::kept);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string_view name = tokens.name(i);
    const bool wanted =
        std::ranges::any_of(kKinds, [&](std::string_view kind) { return name.starts_with(kind); });
    if (!wanted) continue;
    const std::size_t colon = name.find(':');
    kept.add(tokens.all()[i], name.substr(0, colon), name.substr(colon + 1));
  }
  return kept;
}

}  // namespace freehold::filter::trial
