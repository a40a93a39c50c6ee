#include "filter/weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "filter/limits.hpp"

namespace freehold::filter {

namespace {

constexpr std::size_t kFirstSlots = 1024;

void append_varint(std::string& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::optional<std::uint32_t> take_varint(std::string_view& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in[0]);
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte >= 0x80) continue;
    if (value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(value);
  }
  return std::nullopt;
}

std::uint32_t zigzag(Weight weight) {
  return (static_cast<std::uint32_t>(weight) << 1) ^ static_cast<std::uint32_t>(weight >> 31);
}
Weight unzigzag(std::uint32_t number) {
  return static_cast<Weight>((number >> 1) ^ (0U - (number & 1U)));
}

// Far from where sums could overflow, far beyond what learning comes to.
constexpr Weight kHeaviest = Weight{1} << 24;

Weight added(Weight weight, Weight step) {
  const std::int64_t sum = std::int64_t{weight} + step;
  return static_cast<Weight>(
      std::clamp<std::int64_t>(sum, -std::int64_t{kHeaviest}, std::int64_t{kHeaviest}));
}

void keep_heaviest_of(WeightEntries& entries, std::size_t most) {
  if (entries.size() <= most) return;
  const auto heavier = [](const auto& a, const auto& b) {
    return std::abs(a.second) > std::abs(b.second);
  };
  std::nth_element(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(most),
                   entries.end(), heavier);
  entries.resize(most);
}

}  // namespace

std::string encode_weights(const WeightEntries& entries) {
  std::string out;
  Token before = 0;
  for (const auto& [token, weight] : entries) {
    append_varint(out, token - before);
    append_varint(out, zigzag(weight));
    before = token;
  }
  return out;
}

std::optional<WeightEntries> decode_weights(std::string_view bytes) {
  if (bytes.size() > kMaxModelBytes) return std::nullopt;
  WeightEntries entries;
  std::uint64_t token = 0;
  while (!bytes.empty()) {
    const auto gap = take_varint(bytes);
    if (!gap || (*gap == 0 && !entries.empty())) return std::nullopt;
    const auto weight = take_varint(bytes);
    token += *gap;
    if (!weight || token > std::numeric_limits<Token>::max()) return std::nullopt;
    entries.emplace_back(static_cast<Token>(token), unzigzag(*weight));
  }
  return entries;
}

SparseWeights::SparseWeights(const WeightEntries& entries) {
  for (const auto& [token, weight] : entries) {
    if (token != 0) add({&token, 1}, weight);
  }
}

std::size_t SparseWeights::place(Token token) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = token & mask;
  while (slots_[at].token != 0 && slots_[at].token != token) at = (at + 1) & mask;
  return at;
}

Weight SparseWeights::get(Token token) const {
  return slots_.empty() ? 0 : slots_[place(token)].weight;
}

void SparseWeights::add(std::span<const Token> tokens, Weight step) {
  for (const Token token : tokens) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(token)];
    if (slot.token == 0) ++used_;
    slot.token = token;
    slot.weight = added(slot.weight, step);
  }
}

void SparseWeights::grow() {
  std::vector<Slot> old(std::max(kFirstSlots, slots_.size() * 2));
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.token != 0) slots_[place(slot.token)] = slot;
  }
}

WeightEntries SparseWeights::entries() const {
  WeightEntries out;
  out.reserve(used_);
  for (const Slot& slot : slots_) {
    if (slot.weight != 0) out.emplace_back(slot.token, slot.weight);
  }
  std::ranges::sort(out);
  return out;
}

void SparseWeights::keep_heaviest(std::size_t most) {
  if (used_ <= most) return;
  WeightEntries all = entries();
  keep_heaviest_of(all, most);
  *this = SparseWeights(all);
}

DenseWeights::DenseWeights(const WeightEntries& entries) : weights_(kSize) {
  for (const auto& [token, weight] : entries) add({&token, 1}, weight);
}

void DenseWeights::add(std::span<const Token> tokens, Weight step) {
  using Limits = std::numeric_limits<std::int16_t>;
  for (const Token token : tokens) {
    std::int16_t& weight = weights_[token % kSize];
    weight = static_cast<std::int16_t>(
        std::clamp<Weight>(added(weight, step), Limits::min(), Limits::max()));
  }
}

WeightEntries DenseWeights::entries(std::size_t most) const {
  WeightEntries out;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (weights_[i] != 0) out.emplace_back(static_cast<Token>(i), weights_[i]);
  }
  keep_heaviest_of(out, most);
  std::ranges::sort(out);
  return out;
}

double logit_of(std::int64_t sum_of_weights, std::size_t tokens) {
  return static_cast<double>(sum_of_weights) /
         (kWeightUnit * std::sqrt(static_cast<double>(std::max<std::size_t>(tokens, 1))));
}

double probability_of(double logit) { return 1 / (1 + std::exp(-logit)); }

Weight training_step(double logit, bool spam, std::size_t tokens, const Rate& rate) {
  const double wanted = spam ? 1 : 0;
  double moved = 0;
  for (unsigned i = 0; i < rate.most; ++i) {
    const double error = wanted - probability_of(logit + moved);
    if (std::abs(error) <= 1 - rate.margin) break;
    moved += rate.step * error;
  }
  const double per_token = moved / std::sqrt(static_cast<double>(std::max<std::size_t>(tokens, 1)));
  return static_cast<Weight>(std::lround(per_token * kWeightUnit));
}

}  // namespace freehold::filter
