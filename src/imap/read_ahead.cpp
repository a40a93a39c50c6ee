#include "imap/read_ahead.hpp"

#include <algorithm>

namespace freehold::imap {

namespace {

constexpr std::size_t kExtractsAtOnce = 256;
// Two groups of messages are in memory at a time.
constexpr std::size_t kBodiesAtOnce = 128;
constexpr std::uint64_t kBodyBytesAtOnce = std::uint64_t{512} << 10;

bool is_in_extract(const FetchItem& item) {
  return item.kind == FetchItem::Kind::section &&
         item.section.what == Section::What::header_fields && item.section.part.empty();
}

bool is_whole(const FetchItem& item) {
  return item.kind == FetchItem::Kind::section && item.section.what == Section::What::all &&
         item.section.part.empty() && !item.partial;
}

}  // namespace

ReadAhead::ReadAhead(Context& context, const FetchRequest& request,
                     const std::vector<std::size_t>& indexes)
    : context_(context),
      indexes_(indexes),
      wants_envelope_(request.asks(FetchItem::Kind::envelope)),
      wants_header_(std::ranges::any_of(request.items, is_in_extract)),
      wants_body_(std::ranges::any_of(request.items, is_whole)) {}

awaitable<void> ReadAhead::offer(MessageSource& source, std::size_t position) {
  if (wants_envelope_ || wants_header_) {
    if (!extracts_.has(position)) read_extracts(position);
    const auto at = position - extracts_.begin;
    source.offer(wants_envelope_ ? std::move(envelopes_[at]) : std::nullopt,
                 wants_header_ ? std::move(headers_[at]) : std::nullopt);
  }
  if (wants_body_) {
    if (!bodies_.has(position)) {
      if (!next_bodies_.has(position)) begin_bodies(position);
      whole_ = co_await next_whole_.take();
      bodies_ = next_bodies_;
      if (bodies_.end < indexes_.size()) begin_bodies(bodies_.end);
    }
    source.offer(std::move(whole_[position - bodies_.begin]));
  }
}

std::vector<EmailId> ReadAhead::emails_of(const Group& group) const {
  std::vector<EmailId> emails;
  emails.reserve(group.end - group.begin);
  for (auto i = group.begin; i < group.end; ++i)
    emails.push_back(context_.view->row(indexes_[i]).email);
  return emails;
}

void ReadAhead::read_extracts(std::size_t position) {
  extracts_ = {position, std::min(position + kExtractsAtOnce, indexes_.size())};
  const auto emails = emails_of(extracts_);
  using Extract = mailstore::Mailstore::Extract;
  const auto& store = context_.house.mailstore;
  const auto account = context_.view->account();
  if (wants_envelope_) envelopes_ = store.extracts(account, Extract::envelope, emails);
  if (wants_header_) headers_ = store.extracts(account, Extract::header, emails);
}

ReadAhead::Group ReadAhead::bodies_from(std::size_t position) const {
  Group group{position, position};
  std::uint64_t bytes = 0;
  while (group.end < indexes_.size() && group.end - group.begin < kBodiesAtOnce &&
         bytes < kBodyBytesAtOnce) {
    bytes +=
        std::min<std::uint64_t>(context_.view->row(indexes_[group.end]).size, store::kPieceSize);
    ++group.end;
  }
  return group;
}

void ReadAhead::begin_bodies(std::size_t position) {
  next_bodies_ = bodies_from(position);
  const auto& store = context_.house.mailstore;
  next_whole_ = begin(
      store.pool(), [&store, account = context_.view->account(), emails = emails_of(next_bodies_)] {
        return store.whole(account, emails);
      });
}

}  // namespace freehold::imap
