#include "message/preview_capture.hpp"

#include "message/charset.hpp"
#include "message/preview.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::message {

void PreviewCapture::begin_part(const PartTree& tree) {
  active_ = nullptr;
  const std::size_t index = tree.innermost();
  const Part& part = tree.parts()[index];
  if (tree.in_nested_message() || part.type != "text" || part.disposition == "attachment") return;
  if (!part.filename().empty()) return;
  if (part.subtype == "html") {
    if (!html_.part) start(html_, index);
  } else if (part.subtype == "plain" && !plain_.part && may_follow_html(tree, part)) {
    start(plain_, index);
  }
}

void PreviewCapture::append(std::string_view body) {
  active_->raw.append(body.substr(0, most_ - active_->raw.size()));
  if (active_->raw.size() >= most_) active_ = nullptr;
}

void PreviewCapture::finish(Parsed& parsed, std::size_t characters) const {
  parsed.first_text_part = plain_.part ? plain_.part : html_.part;
  if (plain_.part) parsed.preview = preview(plain_, parsed.parts, characters);
  if (parsed.preview.empty() && html_.part) {
    parsed.preview = preview(html_, parsed.parts, characters);
  }
}

// Plain text after HTML is a list's footer, unless it is the other form of the same.
bool PreviewCapture::may_follow_html(const PartTree& tree, const Part& part) const {
  return !html_.part || (part.parent != Part::kNoParent &&
                         tree.parts()[part.parent].is("multipart", "alternative"));
}

void PreviewCapture::start(Text& into, std::size_t index) {
  into.part = index;
  active_ = most_ > 0 ? &into : nullptr;
}

// Mostly the first few hundred bytes are enough.
std::string PreviewCapture::preview(const Text& from, const std::vector<Part>& parts,
                                    std::size_t characters) {
  const Part& part = parts[*from.part];
  for (std::size_t most = characters * 4 + 256;; most *= 4) {
    const std::string text = beginning(from, part, most);
    std::string out =
        preview_of(part.subtype == "html" ? text_of_html(text, characters * 8) : text, characters);
    if (most >= from.raw.size() || utf8_count(out) + 2 > characters) return out;
  }
}

std::string PreviewCapture::beginning(const Text& from, const Part& part, std::size_t most) {
  const std::string_view raw = std::string_view(from.raw).substr(0, most);
  std::string text = to_utf8(decode_transfer(raw, part.transfer()), part.charset());
  if (text.ends_with("\xef\xbf\xbd")) text.resize(text.size() - 3);  // cut in two by the limit
  return text;
}

}  // namespace freehold::message
