#include "message/thread.hpp"

#include <algorithm>
#include <ranges>

#include "base/bytes.hpp"
#include "message/envelope.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxAncestors = 20;
constexpr std::size_t kMaxSubject = 2000;   // bounds the work of taking off thousands of "[x]"
constexpr std::size_t kMaxMessageId = 998;  // RFC 5322, 2.1.1: none is longer than a line

std::string collapsed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!is_blank(c)) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  return std::string(trim(out));
}

// subj-blob: "[" *BLOBCHAR "]" *WSP; its length, or 0.
std::size_t blob_size(std::string_view text) {
  if (!text.starts_with('[')) return 0;
  const std::size_t close = text.find_first_of("[]", 1);
  if (close == std::string_view::npos || text[close] != ']') return 0;
  std::size_t end = close + 1;
  while (end < text.size() && text[end] == ' ') ++end;
  return end;
}

// subj-refwd: ("re" / "fw" / "fwd") *WSP [subj-blob] ":"; its length, or 0.
std::size_t reply_size(std::string_view text) {
  std::size_t at = istarts_with(text, "fwd")                              ? 3
                   : istarts_with(text, "fw") || istarts_with(text, "re") ? 2
                                                                          : 0;
  if (at == 0) return 0;
  while (at < text.size() && text[at] == ' ') ++at;
  at += blob_size(text.substr(at));
  return at < text.size() && text[at] == ':' ? at + 1 : 0;
}

// subj-leader: *subj-blob subj-refwd; its length, or 0.
std::size_t leader_size(std::string_view text) {
  std::size_t at = 0;
  while (const std::size_t blob = blob_size(text.substr(at))) at += blob;
  const std::size_t reply = reply_size(text.substr(at));
  return reply == 0 ? 0 : at + reply;
}

bool strip_trailer(std::string_view& text) {
  constexpr std::string_view trailer = "(fwd)";
  if (text.size() < trailer.size() ||
      !iequals(text.substr(text.size() - trailer.size()), trailer)) {
    return false;
  }
  text = trim(text.substr(0, text.size() - trailer.size()));
  return true;
}

bool strip_leader(std::string_view& text, bool& is_reply) {
  if (const std::size_t size = leader_size(text)) {
    text = trim(text.substr(size));
    return is_reply = true;
  }
  const std::size_t blob = blob_size(text);
  if (blob == 0 || blob == text.size()) return false;
  text = trim(text.substr(blob));
  return true;
}

bool strip_wrapper(std::string_view& text) {
  if (!istarts_with(text, "[fwd:") || !text.ends_with(']')) return false;
  text = trim(text.substr(5, text.size() - 6));
  return true;
}

void add_once(std::vector<std::string>& ids, std::string id) {
  if (!id.empty() && std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
}

// What stands between "<" and ">". A quoted local part that needs no quotes is the same id without
// them (RFC 5256, 2.2 asks for comparing by meaning).
std::string read_id(Scanner& in) {
  std::string id;
  while (!in.at_end() && in.peek() != '>' && in.peek() != '<') {
    if (in.peek() == '"') {
      id += in.quoted_string();
    } else {
      if (!is_blank(in.peek())) id.push_back(in.peek());
      in.skip();
    }
  }
  in.take('>');
  if (id.size() > kMaxMessageId) id.clear();
  return id;
}

// Some leave the brackets out.
std::string read_bare_id(std::string_view value) {
  const std::string_view text = trim(value);
  const bool one = text.contains('@') && std::ranges::none_of(text, is_blank);
  return one && text.size() <= kMaxMessageId ? std::string(text) : std::string();
}

}  // namespace

BaseSubject base_subject(std::string_view subject) {
  const std::string whole = collapsed(subject.substr(0, kMaxSubject));
  BaseSubject out;
  std::string_view text = whole;
  do {
    while (strip_trailer(text)) out.is_reply = true;
    while (strip_leader(text, out.is_reply)) {
    }
    if (!strip_wrapper(text)) break;
    out.is_reply = true;
  } while (true);
  out.text = text;
  return out;
}

std::vector<std::string> parse_message_ids(std::string_view value, std::size_t most) {
  // From the end, so that a hostile list costs no more than what is kept of it.
  std::vector<std::string> ids;
  Scanner in(value.substr(value.size() - std::min(value.size(), most * kMaxMessageId)));
  while (!in.at_end()) {
    if (in.take('<')) {
      std::string id = read_id(in);
      std::erase(ids, id);
      if (!id.empty()) ids.push_back(std::move(id));
      if (ids.size() > most) ids.erase(ids.begin());
    } else if (in.peek() == '(') {
      in.comment();
    } else if (in.peek() == '"') {
      in.quoted_string();
    } else {
      in.skip();
    }
  }
  if (ids.empty()) add_once(ids, read_bare_id(value));
  return ids;
}

std::vector<std::string> thread_keys(const Envelope& envelope) {
  std::vector<std::string> ancestors;
  for (const std::string& id : envelope.in_reply_to_ids | std::views::reverse) {
    add_once(ancestors, id);
  }
  for (const std::string& id : envelope.references | std::views::reverse) add_once(ancestors, id);
  if (ancestors.size() > kMaxAncestors) ancestors.resize(kMaxAncestors);
  std::vector<std::string> keys;
  for (const std::string& id : envelope.message_ids) {
    if (keys.empty()) add_once(keys, id);
  }
  for (std::string& id : ancestors) add_once(keys, std::move(id));
  return keys;
}

}  // namespace freehold::message
