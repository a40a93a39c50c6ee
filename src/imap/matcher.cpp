#include "imap/matcher.hpp"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "message/charset.hpp"
#include "message/encoded_word.hpp"
#include "message/header.hpp"
#include "message/transfer_encoding.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::imap {

namespace {

using Kind = SearchKey::Kind;

constexpr std::uint64_t kMaxSearchedPart = std::uint64_t{4}
                                           << 20;  // of one text part; the rest is not looked at

// For comparison without case: ASCII quickly, all else by Unicode's full case folding.
std::string folded(std::string_view text) {
  if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
    return to_lower(text);
  auto unicode = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  std::string out;
  unicode.foldCase().toUTF8String(out);
  return out;
}

std::uint64_t day_of(Time t) {
  const auto days = std::chrono::floor<std::chrono::days>(t).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(days, 0));
}

}  // namespace

struct Matcher::Loaded {
  std::size_t index = 0;
  schema::Content content;
  std::optional<message::Header> header;
  std::optional<std::string> text;  // of all text parts, folded

  void read_text(const mailstore::Mailstore& store, AccountId account, EmailId email) {
    if (text) return;
    text.emplace();
    const auto opened = store.open(account, email);
    if (!opened) return;
    for (const auto& part : content.parts()) {
      if (part.type() != "text") continue;
      std::string raw;
      auto at = part.body_begin();
      const auto end = std::min(part.body_end(), at + kMaxSearchedPart);
      while (at < end) {
        const auto piece = opened->body.read(at, static_cast<std::size_t>(end - at));
        if (piece.empty()) break;
        raw += piece;
        at += piece.size();
      }
      std::string charset;
      for (const auto& parameter : part.parameters()) {
        if (parameter.name() == "charset") charset = parameter.value();
      }
      const auto decoded =
          message::decode_transfer(raw, message::transfer_encoding(part.encoding()));
      *text += folded(message::to_utf8(decoded, charset));
      *text += '\n';
    }
  }
};

void Matcher::prepare(SearchKey& key) const {
  key.text = folded(key.text);
  if (key.kind == Kind::sequence || key.kind == Kind::uid) {
    if (key.set.saved_result) {
      key.kind = Kind::uid;
      for (const auto uid : saved_result_) key.set.ranges.emplace_back(uid, uid);
    }
    key.set = key.set.resolved(key.kind == Kind::uid ? view_.largest_uid() : view_.count());
  }
  for (auto& child : key.children) prepare(child);
}

const Matcher::Loaded& Matcher::load(std::size_t index) {
  if (loaded_ && loaded_->index == index) return *loaded_;
  loaded_ = std::make_shared<Loaded>();
  loaded_->index = index;
  const auto& message = view_.messages()[index];
  if (auto content = store_.content(view_.account(), message.email))
    loaded_->content = std::move(*content);
  return *loaded_;
}

bool Matcher::matches(const SearchKey& key, std::size_t index) {
  const auto& message = view_.messages()[index];
  switch (key.kind) {
    case Kind::all:
      return true;
    case Kind::all_of:
      return std::ranges::all_of(key.children,
                                 [&](const auto& child) { return matches(child, index); });
    case Kind::any_of:
      return std::ranges::any_of(key.children,
                                 [&](const auto& child) { return matches(child, index); });
    case Kind::none_of:
      return std::ranges::none_of(key.children,
                                  [&](const auto& child) { return matches(child, index); });
    case Kind::sequence:
      return key.set.contains(static_cast<std::uint32_t>(index + 1));
    case Kind::uid:
      return key.set.contains(message.uid.value);
    case Kind::flag:
      return message.flags.has(key.flag) == key.wanted;
    case Kind::keyword:
      return std::ranges::binary_search(message.flags.keywords, key.name) == key.wanted;
    case Kind::before:
      return day_of(message.received_at) < key.number;
    case Kind::on:
      return day_of(message.received_at) == key.number;
    case Kind::since:
      return day_of(message.received_at) >= key.number;
    case Kind::larger:
      return message.size > key.number;
    case Kind::smaller:
      return message.size < key.number;
    case Kind::modseq:
      return message.modseq.value >= key.number;
    default:
      return matches_content(key, index);
  }
}

bool Matcher::matches_content(const SearchKey& key, std::size_t index) {
  static_cast<void>(load(index));
  auto& loaded = *loaded_;
  const auto& content = loaded.content;
  if (key.kind == Kind::sent_before || key.kind == Kind::sent_on || key.kind == Kind::sent_since) {
    // By the day of the sender's own clock (RFC 9051, 6.4.4: time and zone are disregarded).
    const auto local = from_millis(content.sent_at() + std::int64_t{content.sent_zone()} * 60'000);
    const auto day =
        content.sent_at() != 0 ? day_of(local) : day_of(view_.messages()[index].received_at);
    if (key.kind == Kind::sent_before) return day < key.number;
    return key.kind == Kind::sent_on ? day == key.number : day >= key.number;
  }
  if (key.kind == Kind::header || key.kind == Kind::text) {
    if (!loaded.header) loaded.header.emplace(content.prefix() + content.header());
    for (const auto& field : loaded.header->fields()) {
      const auto name = loaded.header->name(field);
      if (key.kind == Kind::header && !iequals(name, key.name)) continue;
      if (key.text.empty()) return true;
      const auto value = folded(message::decode_text(loaded.header->value(field)));
      if (value.contains(key.text)) return true;
      if (key.kind == Kind::text && (folded(name) + ": " + value).contains(key.text)) return true;
    }
    if (key.kind == Kind::header) return false;
  }
  loaded.read_text(store_, view_.account(), view_.messages()[index].email);
  return loaded.text->contains(key.text);
}

}  // namespace freehold::imap
