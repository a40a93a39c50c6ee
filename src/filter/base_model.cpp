#include "filter/base_model.hpp"

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "schema/filter.pb.h"

namespace freehold::filter {

namespace {

constexpr std::string_view kSeed =
#include "filter/seed/base_model.inc"
    ;

}  // namespace

std::string encode_base(const BaseModel& model, std::size_t most) {
  schema::FilterBase record;
  record.set_weights(encode_weights(model.weights.entries(most)));
  record.set_ham(model.ham);
  record.set_spam(model.spam);
  record.set_tokenizer(kTokenizerVersion);
  record.set_origin(model.origin);
  return record.SerializeAsString();
}

std::optional<BaseModel> decode_base(std::string_view bytes) {
  schema::FilterBase record;
  if (bytes.size() > kMaxModelBytes ||
      !record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return std::nullopt;
  }
  if (record.tokenizer() != kTokenizerVersion) return std::nullopt;
  const auto entries = decode_weights(record.weights());
  if (!entries) return std::nullopt;
  return BaseModel{DenseWeights(*entries), record.ham(), record.spam(), record.origin()};
}

BaseModel seed_model() {
  const auto bytes = unbase64(kSeed);
  if (!bytes) return {};
  auto model = decode_base(*bytes);
  return model ? std::move(*model) : BaseModel{};
}

}  // namespace freehold::filter
