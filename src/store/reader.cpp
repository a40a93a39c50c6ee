#include "store/reader.hpp"

namespace freehold::store {

Range prefix_range(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return {std::string(prefix), std::move(end)};
}

std::vector<std::optional<std::string>> Reader::multi_get(std::span<const std::string> keys) const {
  std::vector<std::optional<std::string>> values;
  values.reserve(keys.size());
  for (const auto& key : keys) values.push_back(get(key));
  return values;
}

}  // namespace freehold::store
