#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::trust {

struct Tag {
  std::string_view name;
  std::string_view value;  // without white space at either end; inner white space stays
  std::string_view raw;    // all between "=" and ";"
};

// "name=value; name=value" of RFC 6376, 3.2: DKIM-Signature and ARC fields, key records and others
// after their model. Values may hold UTF-8 (RFC 8616). Refers to the text, which has to outlive it.
class TagList {
 public:
  // Nothing when the text is not well-formed or a name comes twice, which makes the whole list
  // invalid. Empty specifications (";;") are met in the world and let pass.
  [[nodiscard]] static std::optional<TagList> parse(std::string_view text);

  // Names are compared with regard to case (RFC 6376, 3.2).
  [[nodiscard]] const Tag* find(std::string_view name) const;
  [[nodiscard]] std::span<const Tag> tags() const { return tags_; }  // in their order

 private:
  std::vector<Tag> tags_;
};

// Without any white space, folds included: where it is not significant (b=, bh=, p=, i=).
[[nodiscard]] std::string without_space(std::string_view value);
// The items of "a : b:c", without the white space around them.
[[nodiscard]] std::vector<std::string_view> split_at(std::string_view value, char separator);
// Base64 as RFC 6376, 2.10 has it: with folds inside, and padding that may be missing.
[[nodiscard]] std::optional<std::string> unbase64_folded(std::string_view value);
// The same of a text that has no white space.
[[nodiscard]] std::optional<std::string> unbase64_unpadded(std::string text);

}  // namespace freehold::trust
