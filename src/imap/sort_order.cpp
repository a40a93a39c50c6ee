#include "imap/sort_order.hpp"

#include <algorithm>

#include "imap/text_order.hpp"
#include "message/encoded_word.hpp"
#include "message/thread.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::imap {

namespace {

using By = SortCriterion::By;
using Addresses = google::protobuf::RepeatedPtrField<schema::Address4>;

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
  return addresses.empty() ? std::string() : order_key(addresses[0].mailbox());
}

// RFC 5957, 3: its display name, or else the address; of a group its name.
std::string first_display(const Addresses& addresses) {
  if (addresses.empty()) return {};
  const auto& first = addresses[0];
  if (!first.name().empty()) return order_key(message::decode_text(first.name()));
  if (first.role() == schema::Address4::GROUP_BEGIN)
    return order_key(message::decode_text(first.mailbox()));
  return order_key(first.mailbox() + "@" + first.host());
}

std::string text_of(By by, const schema::Envelope& envelope) {
  switch (by) {
    case By::cc:
      return first_mailbox(envelope.cc());
    case By::from:
      return first_mailbox(envelope.from());
    case By::to:
      return first_mailbox(envelope.to());
    case By::display_from:
      return first_display(envelope.from());
    case By::display_to:
      return first_display(envelope.to());
    default:
      return order_key(message::base_subject(message::decode_text(envelope.subject())).text);
  }
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

bool needs_content(const std::vector<SortCriterion>& criteria) {
  return std::ranges::any_of(criteria, [](const SortCriterion& criterion) {
    return criterion.by != By::arrival && criterion.by != By::size;
  });
}

Time sent_date(const mailstore::IndexChunk::Row& message, const schema::Content* content) {
  if (content == nullptr || content->sent_at() == 0) return message.received_at;
  return from_millis(content->sent_at());
}

SortRow sort_row(const std::vector<SortCriterion>& criteria, std::size_t index,
                 const mailstore::IndexChunk::Row& message, const schema::Content* content) {
  SortRow row;
  row.index = index;
  for (const auto& criterion : criteria) {
    auto& value = row.values.emplace_back();
    if (criterion.by == By::arrival) {
      value.number = to_millis(message.received_at);
    } else if (criterion.by == By::size) {
      value.number = static_cast<std::int64_t>(message.size);
    } else if (criterion.by == By::date) {
      value.number = to_millis(sent_date(message, content));
    } else if (content != nullptr) {
      value.text = text_of(criterion.by, content->envelope());
    }
  }
  return row;
}

bool sorts_before(const std::vector<SortCriterion>& criteria, const SortRow& a, const SortRow& b) {
  for (std::size_t i = 0; i < criteria.size(); ++i) {
    if (a.values[i] == b.values[i]) continue;
    return (a.values[i] < b.values[i]) != criteria[i].reverse;
  }
  return a.index < b.index;
}

}  // namespace freehold::imap
