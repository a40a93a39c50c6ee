#pragma once

#include <string>
#include <vector>

#include "filter/base_model.hpp"
#include "filter/classifier.hpp"
#include "filter/tokens.hpp"

namespace freehold::filter::trial {

struct Example {
  Tokens tokens;
  bool spam = false;
};

// Some passes over the examples in a random order that is always the same.
[[nodiscard]] BaseModel train_base(const std::vector<Example>& examples, unsigned passes,
                                   std::string origin);

// The tokens that hold elsewhere too: words and tricks, not the domains, mailers and habits of the
// corpus. Needs names.
[[nodiscard]] Tokens portable(const Tokens& tokens);

}  // namespace freehold::filter::trial
