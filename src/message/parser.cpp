#include "message/parser.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"
#include "message/part_tree.hpp"
#include "message/preview_capture.hpp"

namespace freehold::message {

namespace {

// What is held back of a line until it is known what it is: a boundary (at most 256 and its
// padding) or a field's name.
constexpr std::size_t kMaxHeld = 1024;

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

class Parser::Machine {
 public:
  explicit Machine(const Limits& limits)
      : limits_(limits),
        tree_(limits),
        preview_(limits.preview_input),
        header_room_(limits.header),
        part_headers_left_(limits.part_headers) {
    tree_.begin_part(place_);
  }

  void feed(std::string_view bytes) {
    note_facts(bytes);
    while (!bytes.empty()) {
      if (mid_line_) {
        read_rest_of_line(bytes);
      } else if (in_header_ || !held_.empty() || is_candidate(bytes)) {
        read_candidate(bytes);
      } else {
        read_body_lines(bytes);
      }
    }
  }

  Parsed finish() {
    if (!held_.empty()) {
      const std::string last = std::exchange(held_, {});
      decide(last);
    }
    while (in_header_) end_header();  // twice, when it ends before a nested message has begun
    tree_.finish(place_);
    Parsed& out = parsed_;
    out.limited = out.limited || tree_.limited();
    out.parts = tree_.take();
    out.size = place_.offset;
    out.envelope = make_envelope(out.header);
    for (std::size_t i = 0; i < out.parts.size() && !out.has_attachment; ++i) {
      out.has_attachment = is_attachment(out.parts, i);
    }
    preview_.finish(out, limits_.preview);
    return std::move(parsed_);
  }

 private:
  // Two sums over all bytes, without a branch so that the compiler makes vectors of it.
  void note_facts(std::string_view bytes) {
    unsigned char high = 0;
    unsigned char nul = 0;
    for (const char c : bytes) {
      high |= static_cast<unsigned char>(c);
      nul |= static_cast<unsigned char>(c == '\0' ? 1 : 0);
    }
    parsed_.eight_bit = parsed_.eight_bit || high >= 0x80;
    parsed_.has_nul = parsed_.has_nul || nul != 0;
  }

  // Whether the body line that begins here may be a boundary, as far as can be seen.
  [[nodiscard]] bool is_candidate(std::string_view bytes) const {
    return tree_.has_boundaries() && bytes[0] == '-' && (bytes.size() == 1 || bytes[1] == '-');
  }

  // The hot path: whole lines of a body that need not be looked at.
  void read_body_lines(std::string_view& bytes) {
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const bool watch = tree_.has_boundaries();
    const char* at = begin;
    while (at < end) {
      if (watch && *at == '-' && (end - at == 1 || at[1] == '-')) break;
      const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at));
      if (found == nullptr) {
        mid_line_ = true;
        at = end;
        break;
      }
      const char* const newline = static_cast<const char*>(found);
      count_line_end(newline > begin ? newline[-1] : last_);
      at = newline + 1;
    }
    const auto size = static_cast<std::size_t>(at - begin);
    preview_.add(bytes.substr(0, size));
    advance(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }

  void count_line_end(char before) {
    ++place_.lines;
    place_.line_end = before == '\r' ? 2 : 1;
    parsed_.bare_lf = parsed_.bare_lf || before != '\r';
  }

  void advance(std::string_view bytes) {
    if (bytes.empty()) return;
    place_.offset += bytes.size();
    last_ = bytes.back();
  }

  void read_rest_of_line(std::string_view& bytes) {
    const std::size_t newline = bytes.find('\n');
    const std::string_view piece =
        bytes.substr(0, newline == bytes.npos ? bytes.size() : newline + 1);
    accept(piece);
    bytes.remove_prefix(piece.size());
  }

  // Takes a line, or more of one, whose nature is known.
  void accept(std::string_view piece) {
    if (piece.ends_with('\n')) {
      count_line_end(piece.size() > 1 ? piece[piece.size() - 2] : last_);
      mid_line_ = false;
    } else {
      mid_line_ = true;
    }
    if (in_header_) {
      keep_header(piece);
    } else {
      preview_.add(piece);
    }
    advance(piece);
  }

  void keep_header(std::string_view piece) {
    const std::size_t room = header_room_ - header_.size();
    header_.append(piece.substr(0, room));
    if (piece.size() > room) header_cut_ = true;
  }

  void read_candidate(std::string_view& bytes) {
    const std::size_t newline = bytes.find('\n');
    const std::size_t whole = newline == bytes.npos ? bytes.size() : newline + 1;
    const std::size_t size = std::min(whole, kMaxHeld - held_.size());
    const std::string_view piece = bytes.substr(0, size);
    const bool complete = piece.ends_with('\n') || held_.size() + size == kMaxHeld;
    if (held_.empty() && complete) {
      decide(piece);
    } else {
      held_.append(piece);
      if (complete || is_plain_body()) decide(std::exchange(held_, {}));
    }
    bytes.remove_prefix(size);
  }

  [[nodiscard]] bool is_plain_body() const {
    return !in_header_ && held_.size() > 1 && !held_.starts_with("--");
  }

  // `line` is a line's beginning, all of it or as much as is needed.
  void decide(std::string_view line) {
    if (line.starts_with("--") && tree_.has_boundaries() && take_boundary(line)) return;
    while (in_header_ && !belongs_to_header(line)) end_header();
    if (!in_header_) return accept(line);
    const bool last = without_line_end(line).empty();
    accept(line);
    if (last) end_header();
  }

  [[nodiscard]] bool belongs_to_header(std::string_view line) const {
    if (without_line_end(line).empty()) return true;
    if (line[0] == ' ' || line[0] == '\t') return !header_.empty();
    if (field_name_size(line) > 0) return true;
    // The envelope line of an mbox.
    return header_.empty() && (line.starts_with("From ") || line.starts_with(">From "));
  }

  bool take_boundary(std::string_view line) {
    if (line.size() >= kMaxHeld && !line.ends_with('\n')) return false;
    const std::optional<Boundary> boundary = tree_.find_boundary(line);
    if (!boundary) return false;
    while (in_header_) end_header();  // which the boundary has cut off
    tree_.take_boundary(*boundary, place_);
    preview_.end_part();
    if (line.ends_with('\n')) count_line_end(line.size() > 1 ? line[line.size() - 2] : last_);
    advance(line);
    if (!boundary->closing && tree_.begin_part(place_)) start_header();
    return true;
  }

  void start_header() {
    in_header_ = true;
    header_.clear();
    header_cut_ = false;
    header_room_ = std::min(limits_.part_header, part_headers_left_);
  }

  void end_header() {
    Header header(std::exchange(header_, {}), limits_.fields);
    in_header_ = false;
    const bool nested = tree_.begin_body(header, place_);
    if (!nested) preview_.begin_part(tree_);
    if (is_top_) {
      parsed_.header_truncated = header_cut_;
      parsed_.header = std::move(header);
      is_top_ = false;
    } else {
      parsed_.limited = parsed_.limited || header_cut_;
      part_headers_left_ -= header.raw().size();
    }
    if (nested) start_header();
  }

  const Limits limits_;
  Parsed parsed_;
  PartTree tree_;
  PreviewCapture preview_;

  LinePlace place_;   // of the next byte; its line counts only at a line's beginning
  char last_ = '\0';  // the byte before it
  std::string held_;  // a line's beginning whose nature is not known yet
  bool mid_line_ = false;

  std::string header_;  // the block under way
  bool in_header_ = true;
  bool is_top_ = true;
  bool header_cut_ = false;
  std::size_t header_room_;
  std::size_t part_headers_left_;
};

Parser::Parser(const Limits& limits) : machine_(std::make_unique<Machine>(limits)) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

void Parser::feed(std::string_view bytes) { machine_->feed(bytes); }
Parsed Parser::finish() { return machine_->finish(); }

Parsed parse(std::string_view message, const Limits& limits) {
  Parser parser(limits);
  parser.feed(message);
  return parser.finish();
}

}  // namespace freehold::message
