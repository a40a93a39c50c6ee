#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "filter/weights.hpp"

namespace freehold::filter {

// The classifier's model that all accounts share. Never changed after it has been made.
struct BaseModel {
  DenseWeights weights;
  std::uint64_t ham = 0;  // messages that it was trained with
  std::uint64_t spam = 0;
  std::string origin;
};

// schema::FilterBase, with the heaviest `most` weights.
[[nodiscard]] std::string encode_base(const BaseModel& model, std::size_t most);
// Nothing when it is corrupt, or made by another tokenizer.
[[nodiscard]] std::optional<BaseModel> decode_base(std::string_view record);
// The one that the program brings along, see src/filter/seed/README.md.
[[nodiscard]] BaseModel seed_model();

}  // namespace freehold::filter
