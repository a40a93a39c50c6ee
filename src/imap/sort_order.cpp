#include "imap/sort_order.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "imap/text_order.hpp"
#include "message/encoded_word.hpp"
#include "message/thread.hpp"

namespace freehold::imap {

namespace {

using By = SortCriterion::By;
using Kind = message::Address::Kind;
using message::Addresses;

// More say nothing that fewer do not.
constexpr std::size_t kMaxCriteria = 16;

struct Named {
  std::string_view word;
  By by;
};
constexpr Named kCriteria[] = {{"ARRIVAL", By::arrival},
                               {"CC", By::cc},
                               {"DATE", By::date},
                               {"FROM", By::from},
                               {"SIZE", By::size},
                               {"SUBJECT", By::subject},
                               {"TO", By::to},
                               {"DISPLAYFROM", By::display_from},
                               {"DISPLAYTO", By::display_to}};

// The first address's local part, as ENVELOPE has it.
std::string first_mailbox(const Addresses& addresses) {
  if (addresses.empty()) return {};
  const auto& first = addresses.front();
  return order_key(first.kind == Kind::group_begin ? first.name : first.local);
}

// RFC 5957, 3: its display name, or else the address; of a group its name.
std::string first_display(const Addresses& addresses) {
  if (addresses.empty()) return {};
  const auto& first = addresses.front();
  const auto name = first.display_name();
  return order_key(name.empty() ? first.local + "@" + first.domain : name);
}

std::string text_of(By by, const message::Envelope& outline) {
  switch (by) {
    case By::cc:
      return first_mailbox(outline.cc);
    case By::from:
      return first_mailbox(outline.from);
    case By::to:
      return first_mailbox(outline.to);
    case By::display_from:
      return first_display(outline.from);
    case By::display_to:
      return first_display(outline.to);
    default:
      return order_key(message::base_subject(outline.decoded_subject()).text);
  }
}

bool is_number(By by) { return by == By::arrival || by == By::size || by == By::date; }

std::uint64_t prefix_of(By by, const SortRow::Value& value) {
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  if (is_number(by)) return static_cast<std::uint64_t>(value.number) ^ kSign;
  auto start = value.text.substr(0, 8);
  start.resize(8, '\0');
  return read_u64(start);
}

}  // namespace

std::vector<SortCriterion> read_sort_criteria(Lexer& lexer) {
  std::vector<SortCriterion> criteria;
  lexer.expect('(');
  do {
    auto word = lexer.keyword();
    const bool reverse = word == "REVERSE";
    if (reverse) {
      lexer.space();
      word = lexer.keyword();
    }
    const auto* found = std::ranges::find(kCriteria, std::string_view(word), &Named::word);
    if (found == std::end(kCriteria) || criteria.size() >= kMaxCriteria) {
      lexer.fail("this is nothing to sort by");
      break;
    }
    criteria.push_back({found->by, reverse});
  } while (lexer.skip(' '));
  lexer.expect(')');
  return criteria;
}

message::EnvelopeParts outline_parts(const std::vector<SortCriterion>& criteria) {
  message::EnvelopeParts parts{false, false, false, false};
  for (const auto& criterion : criteria) {
    if (criterion.by == By::arrival || criterion.by == By::size) continue;
    if (criterion.by == By::date)
      parts.date = true;
    else if (criterion.by == By::subject)
      parts.subject = true;
    else
      parts.addresses = true;
  }
  return parts;
}

Time sent_date(const mailstore::IndexChunk::Row& message, const message::Envelope* outline) {
  return outline != nullptr && outline->sent_at ? outline->sent_at->at : message.received_at;
}

SortRow sort_row(const std::vector<SortCriterion>& criteria, std::size_t index,
                 const mailstore::IndexChunk::Row& message, const message::Envelope* outline) {
  SortRow row;
  row.index = index;
  row.values.reserve(criteria.size());
  for (const auto& criterion : criteria) {
    auto& value = row.values.emplace_back();
    if (criterion.by == By::arrival) {
      value.number = to_millis(message.received_at);
    } else if (criterion.by == By::size) {
      value.number = static_cast<std::int64_t>(message.size);
    } else if (criterion.by == By::date) {
      value.number = to_millis(sent_date(message, outline));
    } else if (outline != nullptr) {
      value.text = text_of(criterion.by, *outline);
    }
  }
  if (!criteria.empty()) row.prefix = prefix_of(criteria.front().by, row.values.front());
  return row;
}

bool sorts_before(const std::vector<SortCriterion>& criteria, const SortRow& a, const SortRow& b) {
  if (a.prefix != b.prefix) return (a.prefix < b.prefix) != criteria.front().reverse;
  for (std::size_t i = 0; i < criteria.size(); ++i) {
    if (a.values[i] == b.values[i]) continue;
    return (a.values[i] < b.values[i]) != criteria[i].reverse;
  }
  return a.index < b.index;
}

}  // namespace freehold::imap
