#include "imap/view.hpp"

#include <algorithm>

namespace freehold::imap {

namespace {

using mailstore::IndexedMessage;

auto find_uid(auto& messages, Uid uid) {
  return std::ranges::lower_bound(messages, uid, {}, &IndexedMessage::uid);
}

}  // namespace

std::optional<std::uint32_t> View::sequence_of(Uid uid) const {
  const auto at = find_uid(messages_, uid);
  if (at == messages_.end() || at->uid != uid) return std::nullopt;
  return static_cast<std::uint32_t>(at - messages_.begin()) + 1;
}

bool View::valid(const SequenceSet& set, bool by_uid) const {
  if (by_uid) return true;
  return std::ranges::all_of(set.ranges, [this](const auto& range) {
    const auto fits = [this](std::uint32_t n) { return n == SequenceSet::kStar || n <= count(); };
    return fits(range.first) && fits(range.second) && !messages_.empty();
  });
}

std::vector<std::size_t> View::select(const SequenceSet& set, bool by_uid) const {
  std::vector<std::size_t> out;
  if (messages_.empty()) return out;
  const auto resolved = set.resolved(by_uid ? largest_uid() : count());
  for (const auto& [first, last] : resolved.ranges) {
    std::size_t begin = 0, end = 0;
    if (by_uid) {
      begin = static_cast<std::size_t>(find_uid(messages_, Uid(first)) - messages_.begin());
      end = static_cast<std::size_t>(
          std::ranges::upper_bound(messages_, Uid(last), {}, &IndexedMessage::uid) -
          messages_.begin());
    } else {
      begin = first - 1;
      end = std::min<std::size_t>(last, messages_.size());
    }
    for (auto i = begin; i < end; ++i) out.push_back(i);
  }
  return out;
}

View::News View::apply(const mailstore::MailboxChanges& changes) {
  News news;
  upto_ = std::max(upto_, changes.upto);
  gone_ = gone_ || changes.gone;
  for (const auto uid : changes.vanished) {
    const auto at = find_uid(messages_, uid);
    if (at == messages_.end() || at->uid != uid) continue;
    news.vanished.push_back(uid);
  }
  // From the back, so that each number is right when the client reads it and the array moves once.
  for (auto uid = news.vanished.rbegin(); uid != news.vanished.rend(); ++uid) {
    news.expunged.push_back(*sequence_of(*uid));
  }
  if (!news.vanished.empty()) {
    std::erase_if(messages_, [&](const IndexedMessage& message) {
      return std::ranges::binary_search(news.vanished, message.uid);
    });
  }
  for (const auto& message : changes.changed) {
    auto at = find_uid(messages_, message.uid);
    if (at == messages_.end()) {
      at = messages_.insert(at, message);
      news.exists = true;
    } else if (at->uid == message.uid && at->modseq < message.modseq) {
      *at = message;
    } else {
      continue;  // known already: this session's own change, which STORE has told
    }
    news.updated.push_back(static_cast<std::size_t>(at - messages_.begin()));
  }
  return news;
}

void View::note(const IndexedMessage& message) {
  const auto at = find_uid(messages_, message.uid);
  if (at != messages_.end() && at->uid == message.uid) *at = message;
}

}  // namespace freehold::imap
