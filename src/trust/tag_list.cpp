#include "trust/tag_list.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && is_alpha(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c) || c == '_'; });
}

// Without a branch for each byte, as signatures are long: no control characters but white space.
bool is_value(std::string_view text) {
  bool good = true;
  for (const char c : text) {
    good &= static_cast<unsigned char>(c) >= ' ' || is_space(c);
    good &= c != '\x7f';
  }
  return good;
}

}  // namespace

std::optional<TagList> TagList::parse(std::string_view text) {
  TagList list;
  while (!text.empty()) {
    const std::string_view spec = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(text.size(), spec.size() + 1));
    if (trim(spec).empty()) continue;
    const std::size_t equals = spec.find('=');
    if (equals == std::string_view::npos || list.tags_.size() >= kMaxTags) return std::nullopt;
    const std::string_view name = trim(spec.substr(0, equals));
    const std::string_view raw = spec.substr(equals + 1);
    if (!is_name(name) || !is_value(raw) || list.find(name) != nullptr) return std::nullopt;
    list.tags_.push_back({name, trim(raw), raw});
  }
  return list;
}

const Tag* TagList::find(std::string_view name) const {
  const auto found = std::ranges::find(tags_, name, &Tag::name);
  return found == tags_.end() ? nullptr : &*found;
}

std::string without_space(std::string_view value) {
  std::string out(value);
  std::erase_if(out, [](char c) { return is_space(c); });  // a lambda, to be inlined
  return out;
}

std::vector<std::string_view> split_at(std::string_view value, char separator) {
  std::vector<std::string_view> items;
  for (;;) {
    const std::size_t end = value.find(separator);
    items.push_back(trim(value.substr(0, end)));
    if (end == std::string_view::npos) return items;
    value.remove_prefix(end + 1);
  }
}

std::optional<std::string> unbase64_folded(std::string_view value) {
  return unbase64_unpadded(without_space(value));
}

std::optional<std::string> unbase64_unpadded(std::string text) {
  if (!text.ends_with('=')) text.append((4 - text.size() % 4) % 4, '=');
  return unbase64(text);
}

}  // namespace freehold::trust
