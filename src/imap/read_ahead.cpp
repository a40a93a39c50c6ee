#include "imap/read_ahead.hpp"

#include <algorithm>

namespace freehold::imap {

namespace {

// Groups that are read while one is sent, and the sizes of one: bounds what a session has in
// memory.
constexpr std::size_t kGroupsAhead = 2;
constexpr std::size_t kExtractsAtOnce = 512;
constexpr std::size_t kBodiesAtOnce = 128;
constexpr std::uint64_t kBodyBytesAtOnce = std::uint64_t{384} << 10;

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

awaitable<void> ReadAhead::next_group() {
  while (next_.size() < kGroupsAhead && begun_ < indexes_.size()) begin_next();
  group_ = co_await next_.front().take();
  next_.pop_front();
  if (begun_ < indexes_.size()) begin_next();
}

void ReadAhead::offer(MessageSource& source, std::size_t position) {
  if (!wants_anything()) return;
  const auto at = position - group_.begin;
  if (wants_envelope_) source.offer_envelope(std::move(group_.envelopes[at]));
  if (wants_header_) source.offer_header(std::move(group_.headers[at]));
  if (wants_body_) source.offer_whole(std::move(group_.bodies[at]));
}

void ReadAhead::begin_next() {
  const auto end = end_of_group(begun_);
  next_.push_back(begin_group(begun_, end));
  begun_ = end;
}

std::size_t ReadAhead::end_of_group(std::size_t begin) const {
  if (!wants_body_) return std::min(begin + kExtractsAtOnce, indexes_.size());
  std::uint64_t bytes = 0;
  auto end = begin;
  while (end < indexes_.size() && end - begin < kBodiesAtOnce && bytes < kBodyBytesAtOnce)
    bytes += std::min<std::uint64_t>(context_.view->row(indexes_[end++]).size, store::kPieceSize);
  return end;
}

Begun<ReadAhead::Group> ReadAhead::begin_group(std::size_t begin, std::size_t end) const {
  Group group;
  group.begin = begin;
  group.end = end;
  std::vector<EmailId> emails;
  emails.reserve(group.end - begin);
  for (auto i = begin; i < group.end; ++i) emails.push_back(context_.view->row(indexes_[i]).email);
  const auto& store = context_.house.mailstore;
  return freehold::begin(store.pool(),
                         [&store, account = context_.view->account(), envelope = wants_envelope_,
                          header = wants_header_, body = wants_body_, emails = std::move(emails),
                          group = std::move(group)]() mutable {
                           using Extract = mailstore::Mailstore::Extract;
                           if (envelope)
                             group.envelopes = store.extracts(account, Extract::envelope, emails);
                           if (header)
                             group.headers = store.extracts(account, Extract::header, emails);
                           if (body) group.bodies = store.whole(account, emails);
                           return std::move(group);
                         });
}

}  // namespace freehold::imap
