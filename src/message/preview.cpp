#include "message/preview.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/bytes.hpp"
#include "message/charset.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kLongestEntity = 12;

constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"copy", "©"},   {"reg", "®"},    {"trade", "™"},  {"euro", "€"},
    {"pound", "£"},  {"sect", "§"},   {"deg", "°"},    {"middot", "·"}, {"bull", "•"},
    {"hellip", "…"}, {"ndash", "–"},  {"mdash", "—"},  {"lsquo", "‘"},  {"rsquo", "’"},
    {"sbquo", "‚"},  {"ldquo", "“"},  {"rdquo", "”"},  {"bdquo", "„"},  {"laquo", "«"},
    {"raquo", "»"},  {"auml", "ä"},   {"ouml", "ö"},   {"uuml", "ü"},   {"Auml", "Ä"},
    {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"szlig", "ß"},  {"agrave", "à"}, {"aacute", "á"},
    {"acirc", "â"},  {"atilde", "ã"}, {"aring", "å"},  {"aelig", "æ"},  {"ccedil", "ç"},
    {"egrave", "è"}, {"eacute", "é"}, {"ecirc", "ê"},  {"euml", "ë"},   {"igrave", "ì"},
    {"iacute", "í"}, {"icirc", "î"},  {"iuml", "ï"},   {"ntilde", "ñ"}, {"ograve", "ò"},
    {"oacute", "ó"}, {"ocirc", "ô"},  {"otilde", "õ"}, {"oslash", "ø"}, {"ugrave", "ù"},
    {"uacute", "ú"}, {"ucirc", "û"},  {"Agrave", "À"}, {"Aacute", "Á"}, {"Aring", "Å"},
    {"AElig", "Æ"},  {"Ccedil", "Ç"}, {"Egrave", "È"}, {"Eacute", "É"}, {"Ntilde", "Ñ"},
    {"Oslash", "Ø"}, {"Uacute", "Ú"}, {"zwnj", ""},    {"zwj", ""},     {"shy", ""},
    {"ensp", " "},   {"emsp", " "},   {"thinsp", " "}, {"iexcl", "¡"},  {"iquest", "¿"},
    {"times", "×"},
};

// Elements whose content is not text.
constexpr std::string_view kHidden[] = {"head", "script", "style", "title", "template"};
// Elements that do not part words; every other tag counts as a space.
constexpr std::string_view kInline[] = {"a",     "abbr", "b",      "em",  "font", "i", "s",
                                        "small", "span", "strong", "sub", "sup",  "u", "wbr"};

void append_code_point(std::string& out, std::uint32_t code) {
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return;
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const std::uint32_t lead = more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0;
  out.push_back(static_cast<char>(lead | (code >> (6 * more))));
  for (int i = more - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(0x80 | ((code >> (6 * i)) & 0x3f)));
  }
}

std::optional<std::uint32_t> numeric_entity(std::string_view name) {
  if (!name.starts_with('#')) return std::nullopt;
  name.remove_prefix(1);
  const bool hexadecimal = !name.empty() && ascii_lower(name[0]) == 'x';
  if (hexadecimal) name.remove_prefix(1);
  if (name.empty() || name.size() > 7) return std::nullopt;
  std::uint32_t code = 0;
  for (const char c : name) {
    const char lower = ascii_lower(c);
    if (is_digit(c)) {
      code = code * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(c - '0');
    } else if (hexadecimal && lower >= 'a' && lower <= 'f') {
      code = code * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return code;
}

class HtmlText {
 public:
  HtmlText(std::string_view html, std::size_t most) : in_(html), most_(most) {}

  std::string read() {
    while (!in_.empty() && out_.size() < most_) {
      if (in_[0] == '<') {
        read_tag();
      } else if (in_[0] == '&') {
        read_entity();
      } else {
        add_text(in_[0]);
        in_.remove_prefix(1);
      }
    }
    return std::move(out_);
  }

 private:
  void add_text(char c) {
    if (is_blank(c)) {
      add_space();
    } else {
      out_.push_back(c);
    }
  }

  void add_space() {
    if (!out_.empty() && out_.back() != ' ') out_.push_back(' ');
  }

  void skip_past(std::string_view mark) {
    const std::size_t at = in_.find(mark);
    in_.remove_prefix(at == std::string_view::npos ? in_.size() : at + mark.size());
  }

  void read_tag() {
    if (in_.starts_with("<!--")) return skip_past("-->");
    const bool closing = in_.size() > 1 && in_[1] == '/';
    std::size_t end = closing ? 2 : 1;
    if (end >= in_.size() || (!is_alpha(in_[end]) && in_[end] != '!' && in_[end] != '?')) {
      add_text('<');  // "1 < 2"
      return in_.remove_prefix(1);
    }
    const std::size_t begin = end;
    while (end < in_.size() && (is_alpha(in_[end]) || is_digit(in_[end]))) ++end;
    const std::string name = to_lower(in_.substr(begin, std::min<std::size_t>(end - begin, 16)));
    in_.remove_prefix(end);
    skip_attributes();
    if (!closing && std::ranges::find(kHidden, name) != std::end(kHidden)) skip_element(name);
    if (std::ranges::find(kInline, name) == std::end(kInline)) add_space();
  }

  void skip_attributes() {
    char quote = '\0';
    std::size_t at = 0;
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
    in_.remove_prefix(std::min(at + 1, in_.size()));
  }

  void skip_element(const std::string& name) {
    while (!in_.empty()) {
      skip_past("</");
      if (istarts_with(in_, name)) return skip_past(">");
    }
  }

  void read_entity() {
    const std::string_view head = in_.substr(1, kLongestEntity);
    const std::size_t semicolon = head.find(';');
    const std::string_view name = head.substr(0, std::min(semicolon, head.size()));
    if (semicolon != std::string_view::npos) {
      if (const auto code = numeric_entity(name)) {
        *code == 0xa0 || *code < ' ' ? add_space() : append_code_point(out_, *code);
        return in_.remove_prefix(name.size() + 2);
      }
      const auto found =
          std::ranges::find(kEntities, name, &std::pair<std::string_view, std::string_view>::first);
      if (found != std::end(kEntities)) {
        found->second == " " ? add_space() : static_cast<void>(out_.append(found->second));
        return in_.remove_prefix(name.size() + 2);
      }
    }
    out_.push_back('&');
    in_.remove_prefix(1);
  }

  std::string_view in_;
  std::size_t most_;
  std::string out_;
};

// Characters that show nothing, with which newsletters pad their preview: U+00AD, U+034F, U+200B to
// U+200F, U+2060, U+FEFF.
bool is_invisible(std::string_view character) {
  return character == "\xc2\xad" || character == "\xcd\x8f" || character == "\xe2\x81\xa0" ||
         character == "\xef\xbb\xbf" ||
         (character.size() == 3 && character >= "\xe2\x80\x8b" && character <= "\xe2\x80\x8f");
}

}  // namespace

std::string text_of_html(std::string_view html, std::size_t most) {
  return HtmlText(html, most).read();
}

std::string preview_of(std::string_view utf8, std::size_t characters) {
  std::string out;
  bool space = false;
  std::size_t count = 0;
  while (!utf8.empty()) {
    const std::string_view character = utf8.substr(0, utf8_length(utf8));
    utf8.remove_prefix(character.size());
    if (is_blank(character[0]) || character == "\xc2\xa0") {
      space = !out.empty();
    } else if (!is_invisible(character)) {
      const std::size_t needed = space ? 2 : 1;
      if (count + needed > characters) break;
      if (space) out.push_back(' ');
      out.append(character);
      count += needed;
      space = false;
    }
  }
  return out;
}

}  // namespace freehold::message
