#include "message/part_tree.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "message/part_header.hpp"

namespace freehold::message {

namespace {

// RFC 2046, 5.1.1 allows 70; some are longer. One that is longer still cannot be told from text.
constexpr std::size_t kMaxBoundary = 256;

enum class Delimiter : std::uint8_t { none, opening, closing };

// A boundary line is the delimiter and white space. More after it makes it another line, so that a
// boundary that begins like another one is not taken for it.
Delimiter match(std::string_view line, std::string_view delimiter) {
  if (!line.starts_with(delimiter)) return Delimiter::none;
  std::string_view rest = line.substr(delimiter.size());
  if (trim(rest).empty()) return Delimiter::opening;
  if (!rest.starts_with("--")) return Delimiter::none;
  rest.remove_prefix(2);
  return trim(rest).empty() ? Delimiter::closing : Delimiter::none;
}

}  // namespace

bool PartTree::begin_part(LinePlace at) {
  if (parts_.size() >= limits_.parts) {
    limited_ = true;
    boundaries_ = 0;
    for (Open& open : open_) open.boundary.clear();
    return false;
  }
  Part part;
  part.header_begin = part.body_begin = part.body_end = at.offset;
  if (!open_.empty()) {
    part.parent = static_cast<std::uint32_t>(open_.back().part);
    ++parts_[part.parent].children;
  }
  parts_.push_back(std::move(part));
  open_.push_back({.part = parts_.size() - 1, .lines_before = at.lines});
  return true;
}

void PartTree::set_default_type(Part& part) const {
  if (!part.type.empty()) return;
  const bool digest =
      part.parent != Part::kNoParent && parts_[part.parent].is("multipart", "digest");
  part.type = digest ? "message" : "text";
  part.subtype = digest ? "rfc822" : "plain";
}

bool PartTree::begin_body(const Header& header, LinePlace at) {
  Open& open = open_.back();
  Part& part = parts_[open.part];
  describe_part(part, header);
  set_default_type(part);
  limited_ = limited_ || header.limited();
  part.body_begin = part.body_end = at.offset;
  open.lines_before = at.lines;
  if (part.parent != Part::kNoParent && parts_[part.parent].is_message()) {
    parts_[part.parent].envelope = make_envelope(header);
  }
  const bool is_container = part.is_multipart() || part.is_message();
  if (is_container && open_.size() >= limits_.depth) {
    limited_ = true;
    return false;
  }
  if (part.is_multipart()) {
    const std::string* boundary = find_parameter(part.parameters, "boundary");
    if (boundary != nullptr && !boundary->empty() && boundary->size() <= kMaxBoundary) {
      open.boundary = "--" + *boundary;
      ++boundaries_;
    }
    return false;
  }
  // An encoded message cannot be read in passing (and RFC 2046, 5.2.1 forbids it): it stays a leaf.
  if (!part.is_message() || part.transfer() != TransferEncoding::identity) return false;
  ++messages_;
  if (begin_part(at)) return true;
  --messages_;
  return false;
}

std::optional<Boundary> PartTree::find_boundary(std::string_view line) const {
  for (std::size_t i = open_.size(); i > 0; --i) {
    if (open_[i - 1].boundary.empty()) continue;
    const Delimiter found = match(line, open_[i - 1].boundary);
    if (found != Delimiter::none) return Boundary{i - 1, found == Delimiter::closing};
  }
  return std::nullopt;
}

void PartTree::take_boundary(Boundary boundary, LinePlace line_begin) {
  // The line end before a boundary belongs to it, unless it ends a header that has no body.
  std::uint64_t end =
      line_begin.offset - std::min<std::uint64_t>(line_begin.offset, line_begin.line_end);
  while (open_.size() > boundary.level + 1) {
    const Part& part = parts_[open_.back().part];
    end = std::max(end, part.body_begin);
    close_innermost(line_begin, end);
  }
  Open& open = open_.back();
  if (!boundary.closing || open.boundary.empty()) return;
  open.boundary.clear();
  --boundaries_;
}

void PartTree::close_innermost(LinePlace at, std::uint64_t end) {
  const Open& open = open_.back();
  Part& part = parts_[open.part];
  part.body_end = end;
  part.lines = at.lines - open.lines_before;
  if (end < at.offset && part.lines > 0) --part.lines;
  if (!open.boundary.empty()) --boundaries_;
  open_.pop_back();
  if (part.parent != Part::kNoParent && parts_[part.parent].is_message()) --messages_;
}

void PartTree::finish(LinePlace at) {
  while (!open_.empty()) close_innermost(at, at.offset);
}

}  // namespace freehold::message
