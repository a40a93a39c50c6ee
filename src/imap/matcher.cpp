#include "imap/matcher.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "imap/labels.hpp"
#include "imap/limits.hpp"
#include "imap/object_id.hpp"
#include "mailstore/header_extract.hpp"
#include "message/date.hpp"
#include "message/encoded_word.hpp"
#include "message/fold.hpp"
#include "message/header.hpp"
#include "schema/mailstore.pb.h"
#include "search/texts.hpp"

namespace freehold::imap {

namespace {

using Kind = SearchKey::Kind;

// Of one text part; the rest is not looked at.
constexpr std::uint64_t kMaxSearchedPart = std::uint64_t{4} << 20;

std::uint64_t day_of(Time t) {
  const auto days = std::chrono::floor<std::chrono::days>(t).time_since_epoch().count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(days, 0));
}

// How much of a message has to be looked at.
int cost_of(const SearchKey& key) {
  switch (key.kind) {
    case Kind::header:
    case Kind::sent_before:
    case Kind::sent_on:
    case Kind::sent_since:
    case Kind::thread:
    case Kind::label:
      return 1;
    case Kind::body:
    case Kind::text:
      return 2;
    default:
      break;
  }
  int most = 0;
  for (const auto& child : key.children) most = std::max(most, cost_of(child));
  return most;
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
      *text += message::fold_text(search::text_of_part(part, opened->body, kMaxSearchedPart));
      *text += '\n';
    }
  }
};

void Matcher::prepare(SearchKey& key) const {
  key.text = message::fold_text(key.text);
  if (key.kind == Kind::sequence || key.kind == Kind::uid) {
    if (key.set.saved_result) {
      key.kind = Kind::uid;
      for (const auto uid : saved_result_) key.set.ranges.emplace_back(uid, uid);
    }
    key.set = key.set.resolved(key.kind == Kind::uid ? view_.largest_uid() : view_.count());
  }
  if (key.kind == Kind::label) {
    key.number = mailbox_of_label(labels_(), key.name).value_or(MailboxId()).value;
  }
  for (auto& child : key.children) prepare(child);
  // What is known without looking at the message decides first.
  if (key.kind == Kind::all_of || key.kind == Kind::any_of)
    std::ranges::sort(key.children, {}, cost_of);
}

bool Matcher::matches_saved(const SearchKey& key, const mailstore::IndexedMessage& message) {
  if (key.kind == Kind::has_saved_date) return true;
  const auto day = day_of(message.saved_at);
  if (key.kind == Kind::saved_before) return day < key.number;
  return key.kind == Kind::saved_on ? day == key.number : day >= key.number;
}

bool Matcher::is_in(const mailstore::IndexedMessage& message, MailboxId mailbox) const {
  const auto places = store_.places_of(view_.account(), message.email);
  return std::ranges::find(places, mailbox) != places.end();
}

const Matcher::Loaded& Matcher::load(std::size_t index) {
  if (loaded_ && loaded_->index == index) return *loaded_;
  loaded_ = std::make_shared<Loaded>();
  loaded_->index = index;
  const auto message = view_.at(index);
  if (auto content = store_.content(view_.account(), message.email))
    loaded_->content = std::move(*content);
  return *loaded_;
}

// Of messages that the index rules out nothing is read.
bool Matcher::ruled_out(const SearchKey& key, std::size_t index) const {
  if (key.kind != Kind::all_of) return full_text_->of(key, index) == FullText::Verdict::no;
  return std::ranges::any_of(key.children,
                             [&](const auto& child) { return ruled_out(child, index); });
}

bool Matcher::matches(const SearchKey& key, std::size_t index) {
  if (full_text_ != nullptr && ruled_out(key, index)) return false;
  const auto message = view_.at(index);
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
    case Kind::older:
      return to_millis(message.received_at) <= now_ - static_cast<std::int64_t>(key.number) * 1000;
    case Kind::younger:
      return to_millis(message.received_at) >= now_ - static_cast<std::int64_t>(key.number) * 1000;
    case Kind::saved_before:
    case Kind::saved_on:
    case Kind::saved_since:
    case Kind::has_saved_date:
      return matches_saved(key, message);
    case Kind::email:
      return object_number(view_.account(), message.email.value) == key.number;
    case Kind::thread:
      return object_number(view_.account(), message.thread.value) == key.number;
    case Kind::label:
      return is_in(message, MailboxId(key.number));
    default:
      if (full_text_ != nullptr) {
        const auto verdict = full_text_->of(key, index);
        if (verdict != FullText::Verdict::unknown) return verdict == FullText::Verdict::yes;
      }
      if (const auto said = matches_extract(key, index)) return *said;
      return matches_content(key, index);
  }
}

// Windows grow while messages are asked for one after the other.
const std::optional<std::string>& Matcher::extract(std::size_t index) {
  constexpr std::size_t kFew = 8, kMany = 512;
  const auto end = window_.begin + window_.extracts.size();
  if (index < window_.begin || index >= end) {
    const auto size = index == end ? std::clamp(window_.extracts.size() * 2, kFew, kMany) : kFew;
    const auto count = std::min<std::size_t>(size, view_.count() - index);
    std::vector<EmailId> emails;
    emails.reserve(count);
    for (std::size_t i = 0; i < count; ++i) emails.push_back(view_.row(index + i).email);
    window_ = {index,
               store_.extracts(view_.account(), mailstore::Mailstore::Extract::header, emails)};
  }
  return window_.extracts[index - window_.begin];
}

namespace {

bool is_of_sent_date(Kind kind) {
  return kind == Kind::sent_before || kind == Kind::sent_on || kind == Kind::sent_since;
}

// By the day of the sender's own clock (RFC 9051, 6.4.4: time and zone are disregarded); without
// one, when it arrived.
bool matches_sent(const SearchKey& key, const std::optional<message::Date>& sent, Time received) {
  const auto day = day_of(sent ? sent->at + sent->offset : received);
  if (key.kind == Kind::sent_before) return day < key.number;
  return key.kind == Kind::sent_on ? day == key.number : day >= key.number;
}

std::optional<message::Date> sent_date(const message::Header& header) {
  const auto* field = header.find("date");
  return field != nullptr ? message::parse_date(header.value(*field)) : std::nullopt;
}

bool has_field(const message::Header& header, const SearchKey& key) {
  return std::ranges::any_of(header.fields(), [&](const auto& field) {
    if (!iequals(header.name(field), key.name)) return false;
    return key.text.empty() ||
           message::fold_text(message::decode_text(header.value(field))).contains(key.text);
  });
}

}  // namespace

// Nothing: the extract does not say.
std::optional<bool> Matcher::matches_extract(const SearchKey& key, std::size_t index) {
  if (loaded_ && loaded_->index == index) return std::nullopt;
  const bool sent = is_of_sent_date(key.kind);
  if (!sent && (key.kind != Kind::header || !mailstore::HeaderExtract::takes(key.name)))
    return std::nullopt;
  const auto& record = extract(index);
  if (!record) return std::nullopt;
  const message::Header header(std::string(mailstore::HeaderExtract(*record).lines()));
  return sent ? matches_sent(key, sent_date(header), view_.row(index).received_at)
              : has_field(header, key);
}

bool Matcher::matches_content(const SearchKey& key, std::size_t index) {
  static_cast<void>(load(index));
  auto& loaded = *loaded_;
  const auto& content = loaded.content;
  if (is_of_sent_date(key.kind)) {
    std::optional<message::Date> sent;
    if (content.sent_at() != 0)
      sent = {from_millis(content.sent_at()), std::chrono::minutes(content.sent_zone())};
    return matches_sent(key, sent, view_.row(index).received_at);
  }
  if (key.kind == Kind::header || key.kind == Kind::text) {
    if (!loaded.header) {
      auto opened = store_.open(view_.account(), view_.row(index).email);
      loaded.header.emplace(opened ? search::header_section(content, std::move(opened->prefix),
                                                            opened->body, kMaxHeader)
                                   : std::string());
    }
    if (key.kind == Kind::header) return has_field(*loaded.header, key);
    for (const auto& field : loaded.header->fields()) {
      if (key.text.empty()) return true;
      const auto line = std::string(loaded.header->name(field)) + ": " +
                        message::decode_text(loaded.header->value(field));
      if (message::fold_text(line).contains(key.text)) return true;
    }
  }
  loaded.read_text(store_, view_.account(), view_.row(index).email);
  return loaded.text->contains(key.text);
}

}  // namespace freehold::imap
