#include "imap/resync.hpp"

#include <algorithm>

#include "imap/limits.hpp"

namespace freehold::imap {

namespace {

SequenceSet read_plain_set(Lexer& lexer) {
  auto set = lexer.sequence_set();
  const auto has_star = [](const auto& range) { return range.second == SequenceSet::kStar; };
  if (set.saved_result || std::ranges::any_of(set.ranges, has_star))
    lexer.fail("numbers are wanted here");
  return set;
}

using Ranges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// Where no message is, below UIDNEXT and within the ranges. RFC 7162, 3.2.10 lets a server tell
// more UIDs than were lost.
Ranges gaps(const mailstore::MailboxSnapshot& messages, const SequenceSet& among) {
  Ranges out;
  for (const auto& [first, last] : among.ranges) {
    auto next = first;
    messages.for_each(messages.lower_bound(Uid(first)), messages.upper_bound(Uid(last)),
                      [&](std::uint32_t, const auto&, const auto& row) {
                        if (next < row.uid.value) out.emplace_back(next, row.uid.value - 1);
                        next = row.uid.value + 1;
                      });
    if (next <= last) out.emplace_back(next, last);
  }
  return out;
}

std::string text_of(const Ranges& ranges) {
  std::string text;
  for (const auto& [first, last] : ranges) {
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last != first) text += ':' + std::to_string(last);
  }
  return text;
}

}  // namespace

Resync read_resync(Lexer& lexer) {
  Resync resync;
  lexer.space();
  lexer.expect('(');
  resync.uid_validity = UidValidity(lexer.number());
  lexer.space();
  resync.modseq = ModSeq(lexer.number64());
  if (!lexer.skip(' ')) {
    lexer.expect(')');
    return resync;
  }
  if (lexer.peek() != '(') {
    resync.known = read_plain_set(lexer);
    if (!lexer.skip(' ')) {
      lexer.expect(')');
      return resync;
    }
  }
  // Pairs of sequence numbers and UIDs are for servers that forget what was expunged (3.2.5.2).
  lexer.expect('(');
  static_cast<void>(read_plain_set(lexer));
  lexer.space();
  static_cast<void>(read_plain_set(lexer));
  lexer.expect(')');
  lexer.expect(')');
  return resync;
}

void put_vanished(Context& context, ModSeq since, const std::optional<SequenceSet>& among) {
  const auto& view = *context.view;
  const auto& messages = view.messages();
  const auto last = messages.uid_next.value - 1;
  if (last == 0 || messages.highest_modseq <= since) return;
  auto wanted = among.value_or(SequenceSet{{{1, SequenceSet::kStar}}, false}).resolved(last);
  std::erase_if(wanted.ranges, [last](const auto& range) { return range.first > last; });
  if (wanted.ranges.empty()) return;
  wanted.ranges.back().second = std::min(wanted.ranges.back().second, last);

  std::string gone;
  const auto& store = context.house.mailstore;
  // Each change has a modseq of its own: how many there are to look at is known before.
  if (store.modseq(view.account()).value - since.value <= kMaxChangesLookedAt) {
    auto removed = numbers(store.removed_since(view.account(), view.mailbox(), since));
    // The log may be ahead of what this session is shown: what goes meanwhile is told later.
    std::erase_if(removed, [&](auto uid) {
      return !wanted.contains(uid) || messages.index_of(Uid(uid)).has_value();
    });
    gone = format_set(removed);
  } else {
    gone = text_of(gaps(messages, wanted));
  }
  if (!gone.empty()) context.out << "* VANISHED (EARLIER) " << gone << "\r\n";
}

awaitable<IoResult<>> put_resync(Context& context, const Resync& resync) {
  const auto& messages = context.view->messages();
  if (resync.uid_validity != messages.uid_validity) co_return IoResult<>();
  put_vanished(context, resync.modseq, resync.known);
  const auto known =
      resync.known ? resync.known->resolved(context.view->largest_uid()) : SequenceSet();
  const SequenceSet all{{{1, SequenceSet::kStar}}, false};
  for (const auto index : context.view->select(all, true, {resync.modseq, {}})) {
    if (resync.known && !known.contains(messages.row(static_cast<std::uint32_t>(index)).uid.value))
      continue;
    put_flags_update(context, index, true);
    if (!context.out.wants_flush()) continue;
    if (auto sent = co_await context.out.flush(); !sent) co_return sent;
  }
  co_return IoResult<>();
}

}  // namespace freehold::imap
