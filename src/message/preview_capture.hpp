#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/part_tree.hpp"

namespace freehold::message {

// Keeps the beginnings of the first plain and the first HTML text, as they stand in the message,
// while it is read. Refers to itself: not to be moved.
class PreviewCapture {
 public:
  explicit PreviewCapture(std::size_t most) : most_(most) {}
  PreviewCapture(const PreviewCapture&) = delete;
  PreviewCapture& operator=(const PreviewCapture&) = delete;

  // The body of the tree's innermost part begins.
  void begin_part(const PartTree& tree);
  void end_part() { active_ = nullptr; }
  void add(std::string_view body) {
    if (active_ != nullptr) append(body);
  }
  // Sets the preview and the first text part.
  void finish(Parsed& parsed, std::size_t characters) const;

 private:
  struct Text {
    std::optional<std::size_t> part;
    std::string raw;
  };

  void start(Text& into, std::size_t index);
  void append(std::string_view body);
  [[nodiscard]] bool may_follow_html(const PartTree& tree, const Part& part) const;
  static std::string preview(const Text& from, const std::vector<Part>& parts,
                             std::size_t characters);
  static std::string beginning(const Text& from, const Part& part, std::size_t most);

  std::size_t most_;
  Text plain_, html_;
  Text* active_ = nullptr;
};

}  // namespace freehold::message
