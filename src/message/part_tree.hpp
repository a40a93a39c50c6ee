#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/parser.hpp"

namespace freehold::message {

// A place in the message, at the beginning of a line.
struct LinePlace {
  std::uint64_t offset = 0;
  std::uint64_t lines = 0;  // line ends before it
  std::uint32_t line_end =
      0;  // the size of the last of them: 2 for CRLF, 1 for LF, 0 at the beginning
};

// A boundary line of the multipart at `level` of the path.
struct Boundary {
  std::size_t level = 0;
  bool closing = false;
};

// The tree that grows while a message is read, and the parts that are open at the moment: the path
// from the root to where the reading is. Works on whole headers and boundary lines; the parser
// finds these.
class PartTree {
 public:
  explicit PartTree(const Limits& limits) : limits_(limits) {}

  // A header begins: the message's own, a part's after its boundary, or a nested message's. False
  // when there may be no further part: what follows belongs to the innermost open one.
  bool begin_part(LinePlace at);
  // The header of the innermost part has ended. True when a nested message begins here.
  bool begin_body(const Header& header, LinePlace at);
  // The innermost open multipart that the line is a boundary of.
  [[nodiscard]] std::optional<Boundary> find_boundary(std::string_view line) const;
  // Closes what is open inside that multipart; a closing boundary begins its epilogue.
  void take_boundary(Boundary boundary, LinePlace line_begin);
  // The message ends.
  void finish(LinePlace at);

  [[nodiscard]] bool has_boundaries() const { return boundaries_ > 0; }
  [[nodiscard]] bool limited() const { return limited_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] std::size_t innermost() const { return open_.back().part; }
  // Whether the innermost part is of a nested message.
  [[nodiscard]] bool in_nested_message() const { return messages_ > 0; }
  [[nodiscard]] std::vector<Part> take() { return std::move(parts_); }

 private:
  struct Open {
    std::size_t part;
    std::uint64_t lines_before = 0;  // its body
    std::string boundary{};          // "--" and the boundary, while it may still come; else empty
  };

  void set_default_type(Part& part) const;
  void close_innermost(LinePlace at, std::uint64_t end);

  const Limits limits_;
  std::vector<Part> parts_;
  std::vector<Open> open_;
  std::size_t boundaries_ = 0;  // open ones
  std::size_t messages_ = 0;    // open nested ones
  bool limited_ = false;
};

}  // namespace freehold::message
