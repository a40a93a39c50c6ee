#include "filter/tokens.hpp"

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "filter/token_kinds.hpp"
#include "filter/words.hpp"
#include "trust/public_suffix.hpp"

namespace freehold::filter {

namespace {

constexpr std::size_t kSlots = 8192;  // a power of two, twice kMaxTokens at least
static_assert(kSlots >= 2 * kMaxTokens);

constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325U;
constexpr std::uint64_t kFnvPrime = 0x100000001b3U;

std::uint64_t hash_on(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  return hash;
}

Token finish(std::uint64_t hash) {
  hash ^= hash >> 33;
  hash *= 0xff51afd7ed558ccdU;
  hash ^= hash >> 29;
  const auto token = static_cast<Token>(hash);
  return token == 0 ? 1 : token;
}

void add_sign(Tokens& to, std::string_view name, std::size_t count) {
  if (count > 0) to.add("sign", std::string(name) + " " + count_class(count));
}

void add_word_signs(Tokens& to, const WordSigns& signs) {
  add_sign(to, "invisible characters", signs.invisible);
  add_sign(to, "mixed scripts", signs.mixed_script);
  add_sign(to, "disguised words", signs.disguised);
  add_sign(to, "spaced words", signs.spaced);
  add_sign(to, "styled letters", signs.styled);
  add_sign(to, "long words", signs.too_long);
  if (signs.words >= 10 && signs.upper * 5 > signs.words) to.add("sign", "shouting");
}

void add_html_signs(Tokens& to, const HtmlContent& html) {
  add_sign(to, "hidden text", html.hidden / 16);
  add_sign(to, "images", html.images);
  add_sign(to, "remote images", html.remote_images);
  if (html.tiny_images > 0) to.add("sign", "tracking image");
  if (html.has_form) to.add("sign", "form");
  if (html.has_script) to.add("sign", "script");
  if (html.has_frame) to.add("sign", "frame");
  if (html.redirects) to.add("sign", "redirect");
  if (html.has_base) to.add("sign", "base");
  if (html.has_comments_in_words) to.add("sign", "broken words");
  if (html.images > 0 && html.text.size() < 80) to.add("sign", "image only");
}

void add_link(Content& to, const Link& link) {
  if (to.links.size() < kMaxLinks) to.links.push_back(link);
  const LinkTarget target = link_target(link.url);
  if (target.is_address) to.tokens.add("link", "to an address");
  if (target.has_user) to.tokens.add("link", "with a user");
  if (target.has_port) to.tokens.add("link", "with a port");
  if (target.international) to.tokens.add("link", "international");
  if (target.host.empty() || target.is_address) return;
  if (std::ranges::find(to.hosts, target.host) != to.hosts.end()) return;
  if (to.hosts.size() == kMaxHosts) return;
  to.hosts.push_back(target.host);
  to.tokens.add("host", target.host);
  const std::string domain = trust::registrable_domain(target.host);
  to.tokens.add("link-domain", domain);
  to.tokens.add("link-tld", domain.substr(domain.rfind('.') + 1));
  const std::string shown = shown_host(link.text);
  if (!shown.empty() && trust::registrable_domain(shown) != domain) {
    to.tokens.add("link", "shows another host");
  }
}

// The texts' words last: when there are too many, it is only words that are missing.
void add_texts(Content& to, std::span<const Text> texts) {
  std::vector<HtmlContent> html;
  std::vector<std::string_view> shown;
  bool plain = false;
  html.reserve(texts.size());
  for (const Text& text : texts) {
    if (text.html) {
      html.push_back(read_html(text.utf8));
      add_html_signs(to.tokens, html.back());
      for (const Link& link : html.back().links) add_link(to, link);
      shown.push_back(html.back().text);
    } else {
      plain = true;
      shown.push_back(text.utf8);
    }
    for (const Link& link : links_of_text(shown.back(), kMaxLinks)) add_link(to, link);
  }
  if (!html.empty() && !plain) to.tokens.add("sign", "html without plain text");
  add_sign(to.tokens, "links", to.links.size());
  std::size_t words = 0;
  for (const std::string_view text : shown) {
    words += add_words(to.tokens, "word", text, kMaxWords - words, true);
  }
  to.tokens.add("words", count_class(words));
}

}  // namespace

Token token_of(std::string_view kind, std::string_view text) {
  return finish(hash_on(hash_on(hash_on(kFnvOffset, kind), ":"), text));
}

std::string count_class(std::size_t count) { return std::to_string(std::bit_floor(count)); }

Tokens::Tokens(Names names) : keep_(names), slots_(kSlots) { tokens_.reserve(kMaxTokens); }

bool Tokens::insert(Token token) {
  std::size_t slot = token % kSlots;
  while (slots_[slot] != 0) {
    if (slots_[slot] == token) return false;
    slot = (slot + 1) % kSlots;
  }
  if (tokens_.size() == kMaxTokens) return false;
  slots_[slot] = token;
  tokens_.push_back(token);
  return true;
}

void Tokens::add(Token token, std::string_view kind, std::string_view text) {
  if (insert(token) && keep_ == Names::kept) {
    names_.push_back(std::string(kind).append(":").append(text));
  }
}

void Tokens::add(std::string_view kind, std::string_view text) {
  add(token_of(kind, text), kind, text);
}

void Tokens::add_pair(Token first, Token second, std::string_view first_word,
                      std::string_view second_word) {
  const Token token = finish((std::uint64_t{first} << 32 | second) * kFnvPrime + 1);
  if (insert(token) && keep_ == Names::kept) {
    names_.push_back(std::string("pair:").append(first_word).append(" ").append(second_word));
  }
}

std::string_view Tokens::name(std::size_t index) const {
  return index < names_.size() ? std::string_view(names_[index]) : std::string_view();
}

bool Tokens::has(std::string_view kind, std::string_view text) const {
  return std::ranges::find(tokens_, token_of(kind, text)) != tokens_.end();
}

std::size_t add_words(Tokens& to, std::string_view kind, std::string_view utf8, std::size_t most,
                      bool pairs) {
  const WordList words(utf8, most);
  add_word_signs(to, words.signs());
  Token before = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Token token = token_of(kind, words[i]);
    to.add(token, kind, words[i]);
    if (pairs && before != 0 && words.follows(i)) {
      to.add_pair(before, token, words[i - 1], words[i]);
    }
    before = token;
  }
  return words.size();
}

Content read_content(const message::Parsed& parsed, std::span<const Text> texts,
                     Tokens::Names names) {
  Content content{Tokens(names), {}, {}};
  content.tokens.add("every", "message");
  add_structure_tokens(content.tokens, parsed);
  add_header_tokens(content.tokens, parsed);
  add_texts(content, texts);
  return content;
}

}  // namespace freehold::filter
