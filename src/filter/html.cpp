#include "filter/html.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "message/charset.hpp"
#include "message/preview.hpp"

namespace freehold::filter {

namespace {

constexpr std::array<std::string_view, 5> kNoText = {"head", "script", "style", "title",
                                                     "template"};
// Elements that do not part words.
constexpr std::array<std::string_view, 14> kInline = {
    "a", "abbr", "b", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"};
// Elements without an end.
constexpr std::array<std::string_view, 10> kVoid = {"area", "base",  "br",   "col",  "hr",
                                                    "img",  "input", "link", "meta", "wbr"};

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// The value without white space, in lower case: as styles are compared.
std::string squeezed(std::string_view value) {
  std::string out;
  for (const char c : value.substr(0, 500)) {
    if (!is_space(c)) out.push_back(ascii_lower(c));
  }
  return out;
}

bool style_hides(std::string_view style) {
  const std::string css = squeezed(style);
  for (const std::string_view sign :
       {"display:none", "visibility:hidden", "font-size:0", "font-size:1px", "opacity:0;",
        "max-height:0", "mso-hide:all"}) {
    if (css.find(sign) != std::string::npos) return true;
  }
  return css.ends_with("opacity:0");
}

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view html) : in_(html) { text_.reserve(html.size()); }

  HtmlContent read() {
    while (!in_.empty()) {
      const std::size_t tag = std::min(in_.find('<'), in_.size());
      take_text(in_.substr(0, tag));
      in_.remove_prefix(tag);
      if (!in_.empty()) take_markup();
    }
    end_link();
    out_.text = message::text_of_html(text_, kMaxText);
    return std::move(out_);
  }

 private:
  struct Hiding {
    std::string element;
    std::size_t depth = 1;  // of the same element within
  };

  void take_text(std::string_view piece) {
    if (piece.empty()) return;
    if (hiding_) {
      out_.hidden += static_cast<std::size_t>(
          std::ranges::count_if(piece, [](char c) { return !is_space(c); }));
      return;
    }
    text_.append(piece);
    if (in_link_ && link_text_.size() < 500) link_text_.append(piece.substr(0, 500));
  }

  void take_markup() {
    if (in_.starts_with("<!--")) return take_comment();
    std::size_t at = 1;
    const bool closing = in_.size() > at && in_[at] == '/';
    if (closing) ++at;
    if (in_.size() <= at || !(is_alpha(in_[at]) || in_[at] == '!' || in_[at] == '?')) {
      if (!hiding_) text_.append("&lt;");
      in_.remove_prefix(1);
      return;
    }
    const std::size_t begin = at;
    while (at < in_.size() && (is_alpha(in_[at]) || is_digit(in_[at]))) ++at;
    const std::string name = to_lower(in_.substr(begin, std::min<std::size_t>(at - begin, 16)));
    const std::size_t end = end_of_tag(at);
    const std::string_view attributes = in_.substr(at, end - at);
    in_.remove_prefix(std::min(end + 1, in_.size()));
    if (closing) {
      close(name);
    } else {
      open(name, attributes);
    }
    if (!hiding_ && !among(kInline, name)) text_.push_back(' ');
  }

  void take_comment() {
    const std::size_t end = in_.find("-->", 4);
    in_.remove_prefix(end == std::string_view::npos ? in_.size() : end + 3);
    const bool in_word =
        !text_.empty() && is_alpha(text_.back()) && !in_.empty() && is_alpha(in_[0]) && !hiding_;
    if (in_word) out_.has_comments_in_words = true;
  }

  [[nodiscard]] std::size_t end_of_tag(std::size_t at) const {
    char quote = '\0';
    for (; at < in_.size(); ++at) {
      const char c = in_[at];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        break;
      }
    }
    return at;
  }

  void open(const std::string& name, std::string_view attributes) {
    ++out_.elements;
    if (hiding_) {
      if (name == hiding_->element && !attributes.ends_with('/')) ++hiding_->depth;
      return;
    }
    note(name, attributes);
    if (among(kNoText, name)) return skip_element(name);
    const bool hides =
        style_hides(attribute(attributes, "style")) || attribute(attributes, "hidden") == "hidden";
    if (hides && !among(kVoid, name) && !attributes.ends_with('/')) {
      hiding_ = Hiding{name, 1};
      return;
    }
    if (name == "a" || name == "area") begin_link(attributes);
  }

  void close(const std::string& name) {
    if (hiding_) {
      if (name == hiding_->element && --hiding_->depth == 0) hiding_.reset();
      return;
    }
    if (name == "a") end_link();
  }

  void note(const std::string& name, std::string_view attributes) {
    if (name == "img") return note_image(attributes);
    if (name == "form") out_.has_form = true;
    if (name == "script") out_.has_script = true;
    if (name == "iframe" || name == "object" || name == "embed") out_.has_frame = true;
    if (name == "base") out_.has_base = true;
    if (name == "meta" && iequals(attribute(attributes, "http-equiv"), "refresh")) {
      out_.redirects = true;
    }
  }

  void note_image(std::string_view attributes) {
    ++out_.images;
    const std::string_view source = attribute(attributes, "src");
    if (istarts_with(source, "http") || source.starts_with("//")) ++out_.remote_images;
    const auto tiny = [](std::string_view size) {
      return size == "1" || size == "0" || size == "1px";
    };
    if (tiny(attribute(attributes, "width")) || tiny(attribute(attributes, "height"))) {
      ++out_.tiny_images;
    }
  }

  void begin_link(std::string_view attributes) {
    end_link();
    const std::string_view href = attribute(attributes, "href");
    if (href.empty() || out_.links.size() == kMaxLinks) return;
    href_ = message::text_of_html(href.substr(0, kMaxLinkBytes), kMaxLinkBytes);
    in_link_ = true;
  }

  void end_link() {
    if (!in_link_) return;
    in_link_ = false;
    const std::string text = message::text_of_html(link_text_, 200);
    out_.links.push_back({std::string(message::utf8_prefix(href_, kMaxLinkBytes)),
                          std::string(message::utf8_prefix(trim(text), 200))});
    link_text_.clear();
  }

  // Over an element whose content is no text, its end tag included.
  void skip_element(const std::string& name) {
    while (!in_.empty()) {
      const std::size_t at = in_.find("</");
      if (at == std::string_view::npos) return in_.remove_prefix(in_.size());
      in_.remove_prefix(at + 2);
      if (!istarts_with(in_, name)) continue;
      const std::size_t end = in_.find('>');
      return in_.remove_prefix(end == std::string_view::npos ? in_.size() : end + 1);
    }
  }

  // The value of an attribute without its quotes; its name for one without a value.
  static std::string_view attribute(std::string_view in, std::string_view wanted) {
    while (!in.empty()) {
      const std::size_t begin = in.find_first_not_of(" \t\r\n/");
      if (begin == std::string_view::npos) return {};
      in.remove_prefix(begin);
      const std::size_t name_end = std::min(in.find_first_of(" \t\r\n=/"), in.size());
      const std::string_view name = in.substr(0, name_end);
      in.remove_prefix(name_end);
      const std::size_t next = std::min(in.find_first_not_of(" \t\r\n"), in.size());
      if (next == in.size() || in[next] != '=') {
        if (iequals(name, wanted)) return wanted;
        if (name.empty()) in.remove_prefix(std::min<std::size_t>(1, in.size()));
        continue;
      }
      in.remove_prefix(next + 1);
      const std::string_view value = take_value(in);
      if (iequals(name, wanted)) return value;
    }
    return {};
  }

  static std::string_view take_value(std::string_view& in) {
    in.remove_prefix(std::min(in.find_first_not_of(" \t\r\n"), in.size()));
    if (in.empty()) return {};
    if (in[0] == '"' || in[0] == '\'') {
      const std::size_t end = std::min(in.find(in[0], 1), in.size());
      const std::string_view value = in.substr(1, end - 1);
      in.remove_prefix(std::min(end + 1, in.size()));
      return value;
    }
    const std::size_t end = std::min(in.find_first_of(" \t\r\n"), in.size());
    const std::string_view value = in.substr(0, end);
    in.remove_prefix(end);
    return value;
  }

  std::string_view in_;
  HtmlContent out_;
  std::string text_;  // the visible text, entities not decoded
  std::string href_, link_text_;
  bool in_link_ = false;
  std::optional<Hiding> hiding_;
};

}  // namespace

HtmlContent read_html(std::string_view utf8) { return HtmlReader(utf8).read(); }

}  // namespace freehold::filter
