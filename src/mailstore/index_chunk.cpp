#include "mailstore/index_chunk.hpp"

#include <algorithm>

#include "schema/mailstore.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace {

using Bits = IndexChunk::Bits;

// A column of a record: differences between neighbours, which are small.
template <class Column>
class Deltas {
 public:
  explicit Deltas(Column& column) : column_(column) {}
  void put(std::int64_t value) {
    column_.Add(value - last_);
    last_ = value;
  }

 private:
  Column& column_;
  std::int64_t last_ = 0;
};

template <class Column>
class Sums {
 public:
  explicit Sums(const Column& column) : column_(column) {}
  // Wraps as numbers of another sign would: what is no chunk is refused by its counts.
  std::int64_t next() {
    const auto delta = static_cast<std::uint64_t>(column_.Get(at_++));
    last_ += delta;
    return static_cast<std::int64_t>(last_);
  }

 private:
  const Column& column_;
  int at_ = 0;
  std::uint64_t last_ = 0;
};

bool has_equal_columns(const schema::IndexChunk& record) {
  const auto rows = std::popcount(record.present());
  return record.emails_size() == rows && record.modseqs_size() == rows &&
         record.sizes_size() == rows && record.received_size() == rows &&
         record.saved_size() == rows && record.threads_size() == rows;
}

std::int64_t wide(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

std::vector<EmailId> IndexChunk::emails(Bits which) const {
  std::vector<EmailId> emails;
  for (const auto& row : rows_) {
    if ((which & bit_of(row.uid)) != 0) emails.push_back(row.email);
  }
  return emails;
}

IndexedMessage IndexChunk::message(std::uint32_t rank) const {
  const auto& row = rows_[rank];
  return {row.uid,         row.email,    row.modseq, row.size,
          row.received_at, row.saved_at, row.thread, flags(row.uid)};
}

void IndexChunk::insert(const Row& row, const Flags& flags) {
  const auto bit = bit_of(row.uid);
  rows_.insert(rows_.begin() + rank(row.uid), row);
  columns_.reset();
  present_ |= bit;
  change_flags(bit, FlagChange::replace, flags, row.modseq);
}

void IndexChunk::erase(Bits which) { *this = only(~which); }

IndexChunk::Bits IndexChunk::change_flags(Bits which, FlagChange how, const Flags& by,
                                          ModSeq modseq, FlagMask may) {
  const auto differ = flags_.change(which & present_, how, by, may);
  for (auto& row : rows_) {
    if ((differ & bit_of(row.uid)) != 0) row.modseq = modseq;
  }
  return differ;
}

void IndexChunk::adopt(const IndexChunk& newer) {
  const auto both = present_ & newer.present_;
  flags_.adopt(newer.flags_, both);
  for (auto& row : rows_) {
    if ((both & bit_of(row.uid)) != 0) row.modseq = newer.rows_[newer.rank(row.uid)].modseq;
  }
}

bool IndexChunk::is_same_but(const IndexChunk& other, Bits which) const {
  if (present_ != other.present_) return false;
  if ((present_ & ~which) == 0) return true;
  return std::ranges::equal(rows_, other.rows_, [which](const Row& mine, const Row& theirs) {
    return (which & bit_of(mine.uid)) != 0 || mine.modseq == theirs.modseq;
  });
}

bool IndexChunk::operator==(const IndexChunk& other) const {
  return present_ == other.present_ && shared_ == other.shared_ && flags_ == other.flags_ &&
         rows_ == other.rows_;
}

IndexChunk IndexChunk::only(Bits which) const {
  if ((present_ & ~which) == 0) return *this;
  IndexChunk out;
  out.rows_.reserve(static_cast<std::size_t>(std::popcount(present_ & which)));
  out.present_ = present_ & which;
  out.shared_ = shared_ & which;
  out.flags_ = flags_.only(which);
  std::ranges::copy_if(rows_, std::back_inserter(out.rows_),
                       [&](const Row& row) { return (which & bit_of(row.uid)) != 0; });
  return out;
}

namespace {

// What a change of flags changes, and what it does not.
void put_flags(const IndexChunk& chunk, schema::IndexChunk& record) {
  record.set_present(chunk.present());
  record.set_seen(chunk.with(kSeen));
  record.set_answered(chunk.with(kAnswered));
  record.set_flagged(chunk.with(kFlagged));
  record.set_draft(chunk.with(kDraft));
  record.set_deleted(chunk.with(kDeleted));
  record.set_shared(chunk.shared());
  for (const auto& keyword : chunk.flag_maps().keywords()) {
    auto& out = *record.add_keywords();
    out.set_name(keyword.name);
    out.set_messages(keyword.messages);
  }
  record.mutable_modseqs()->Reserve(static_cast<int>(chunk.size()));
  Deltas modseqs(*record.mutable_modseqs());
  for (const auto& row : chunk.rows()) modseqs.put(wide(row.modseq.value));
}

void put_columns(const std::vector<IndexChunk::Row>& rows, schema::IndexChunk& record) {
  Deltas emails(*record.mutable_emails());
  Deltas sizes(*record.mutable_sizes());
  Deltas received(*record.mutable_received());
  Deltas saved(*record.mutable_saved());
  Deltas threads(*record.mutable_threads());
  for (const auto& row : rows) {
    emails.put(wide(row.email.value));
    sizes.put(wide(row.size));
    received.put(to_millis(row.received_at));
    saved.put(to_millis(row.saved_at));
    threads.put(wide(row.thread.value));
  }
}

}  // namespace

void IndexChunk::encode(schema::IndexChunk& record) const {
  put_flags(*this, record);
  put_columns(rows_, record);
}

// Encoded parts of one protobuf message may follow one another.
std::string IndexChunk::encode() {
  schema::IndexChunk flags;
  put_flags(*this, flags);
  if (!columns_) {
    schema::IndexChunk columns;
    put_columns(rows_, columns);
    columns_ = std::make_shared<const std::string>(columns.SerializeAsString());
  }
  return flags.SerializeAsString() + *columns_;
}

IndexChunk IndexChunk::decode(const schema::IndexChunk& record, std::uint32_t number) {
  if (!has_equal_columns(record)) throw store::ReadError("a record of table 'u' is corrupt");
  IndexChunk chunk;
  chunk.present_ = record.present();
  chunk.shared_ = record.shared();
  chunk.flags_.set(kSeen, record.seen());
  chunk.flags_.set(kAnswered, record.answered());
  chunk.flags_.set(kFlagged, record.flagged());
  chunk.flags_.set(kDraft, record.draft());
  chunk.flags_.set(kDeleted, record.deleted());
  for (const auto& keyword : record.keywords())
    chunk.flags_.set(keyword.name(), keyword.messages());
  chunk.rows_.reserve(static_cast<std::size_t>(record.emails_size()));
  Sums emails(record.emails());
  Sums modseqs(record.modseqs());
  Sums sizes(record.sizes());
  Sums received(record.received());
  Sums saved(record.saved());
  Sums threads(record.threads());
  for (auto left = chunk.present_; left != 0; left &= left - 1) {
    const Uid uid(number * kUids + static_cast<std::uint32_t>(std::countr_zero(left)));
    chunk.rows_.push_back({uid, EmailId(static_cast<std::uint64_t>(emails.next())),
                           ModSeq(static_cast<std::uint64_t>(modseqs.next())),
                           static_cast<std::uint64_t>(sizes.next()), from_millis(received.next()),
                           from_millis(saved.next()),
                           ThreadId(static_cast<std::uint64_t>(threads.next()))});
  }
  return chunk;
}

IndexChunk IndexChunk::decode(std::string_view key, std::string_view value) {
  return decode(store::decode<schema::IndexChunk>(key, value), store::keys::chunk_of_index(key));
}

}  // namespace freehold::mailstore
