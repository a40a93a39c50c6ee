#include "mailstore/index_chunk.hpp"

#include <algorithm>

#include "schema/mailstore.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace {

using Bits = IndexChunk::Bits;

constexpr Flag kFlags[] = {kSeen, kAnswered, kFlagged, kDraft, kDeleted};

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

std::uint32_t IndexChunk::flag_bits(Uid uid) const {
  const auto bit = bit_of(uid);
  std::uint32_t bits = 0;
  for (const auto flag : kFlags) {
    if ((with(flag) & bit) != 0) bits |= flag;
  }
  return bits;
}

Flags IndexChunk::flags(Uid uid) const {
  Flags flags{flag_bits(uid), {}};
  const auto bit = bit_of(uid);
  for (const auto& keyword : keywords_) {
    if ((keyword.messages & bit) != 0) flags.keywords.push_back(keyword.name);
  }
  return flags;
}

IndexedMessage IndexChunk::message(std::uint32_t rank) const {
  const auto& row = rows_[rank];
  return {row.uid,         row.email,    row.modseq, row.size,
          row.received_at, row.saved_at, row.thread, flags(row.uid)};
}

IndexChunk::Bits& IndexChunk::bitmap(std::string_view name) {
  const auto at = std::ranges::lower_bound(keywords_, name, {}, &Keyword::name);
  if (at != keywords_.end() && at->name == name) return at->messages;
  return keywords_.insert(at, {std::string(name), 0})->messages;
}

void IndexChunk::drop_empty_keywords() {
  std::erase_if(keywords_, [](const Keyword& keyword) { return keyword.messages == 0; });
}

void IndexChunk::insert(const Row& row, const Flags& flags) {
  const auto bit = bit_of(row.uid);
  rows_.insert(rows_.begin() + rank(row.uid), row);
  present_ |= bit;
  change_flags(bit, FlagChange::replace, flags, row.modseq);
}

void IndexChunk::erase(Bits which) { *this = only(~which); }

IndexChunk::Bits IndexChunk::change_flags(Bits which, FlagChange how, const Flags& by,
                                          ModSeq modseq, FlagMask may) {
  which &= present_;
  Bits differ = 0;
  const auto set = [&](Bits& messages, bool named) {
    auto after = messages;
    if (named && how != FlagChange::remove) {
      after |= which;
    } else if (named || how == FlagChange::replace) {
      after &= ~which;
    }
    differ |= after ^ messages;
    messages = after;
  };
  for (std::size_t i = 0; i < flags_.size(); ++i) {
    if ((may.bits & kFlags[i]) != 0) set(flags_[i], by.has(kFlags[i]));
  }
  if (may.keywords) {
    for (const auto& name : by.keywords) static_cast<void>(bitmap(name));
    for (auto& keyword : keywords_)
      set(keyword.messages, std::ranges::binary_search(by.keywords, keyword.name));
    drop_empty_keywords();
  }
  for (auto& row : rows_) {
    if ((differ & bit_of(row.uid)) != 0) row.modseq = modseq;
  }
  return differ;
}

void IndexChunk::adopt(const IndexChunk& newer) {
  const auto both = present_ & newer.present_;
  const auto take = [both](Bits& mine, Bits theirs) { mine = (mine & ~both) | (theirs & both); };
  for (std::size_t i = 0; i < flags_.size(); ++i) take(flags_[i], newer.flags_[i]);
  for (auto& keyword : keywords_) keyword.messages &= ~both;
  for (const auto& keyword : newer.keywords_) take(bitmap(keyword.name), keyword.messages);
  drop_empty_keywords();
  for (auto& row : rows_) {
    if ((both & bit_of(row.uid)) != 0) row.modseq = newer.rows_[newer.rank(row.uid)].modseq;
  }
}

IndexChunk::Bits IndexChunk::flags_differ(const IndexChunk& other) const {
  Bits differ = 0;
  for (std::size_t i = 0; i < flags_.size(); ++i) differ |= flags_[i] ^ other.flags_[i];
  auto theirs = other.keywords_.begin();
  for (const auto& mine : keywords_) {  // both by name
    for (; theirs != other.keywords_.end() && theirs->name < mine.name; ++theirs)
      differ |= theirs->messages;
    const bool same = theirs != other.keywords_.end() && theirs->name == mine.name;
    differ |= mine.messages ^ (same ? theirs->messages : 0);
    if (same) ++theirs;
  }
  for (; theirs != other.keywords_.end(); ++theirs) differ |= theirs->messages;
  return differ & present_ & other.present_;
}

IndexChunk IndexChunk::only(Bits which) const {
  if ((present_ & ~which) == 0) return *this;
  IndexChunk out;
  out.rows_.reserve(static_cast<std::size_t>(std::popcount(present_ & which)));
  out.present_ = present_ & which;
  out.shared_ = shared_ & which;
  for (std::size_t i = 0; i < flags_.size(); ++i) out.flags_[i] = flags_[i] & which;
  for (const auto& keyword : keywords_)
    out.keywords_.push_back({keyword.name, keyword.messages & which});
  out.drop_empty_keywords();
  std::ranges::copy_if(rows_, std::back_inserter(out.rows_),
                       [&](const Row& row) { return (which & bit_of(row.uid)) != 0; });
  return out;
}

void IndexChunk::encode(schema::IndexChunk& record) const {
  record.set_present(present_);
  record.set_seen(with(kSeen));
  record.set_answered(with(kAnswered));
  record.set_flagged(with(kFlagged));
  record.set_draft(with(kDraft));
  record.set_deleted(with(kDeleted));
  record.set_shared(shared_);
  for (const auto& keyword : keywords_) {
    auto& out = *record.add_keywords();
    out.set_name(keyword.name);
    out.set_messages(keyword.messages);
  }
  Deltas emails(*record.mutable_emails());
  Deltas modseqs(*record.mutable_modseqs());
  Deltas sizes(*record.mutable_sizes());
  Deltas received(*record.mutable_received());
  Deltas saved(*record.mutable_saved());
  Deltas threads(*record.mutable_threads());
  for (const auto& row : rows_) {
    emails.put(wide(row.email.value));
    modseqs.put(wide(row.modseq.value));
    sizes.put(wide(row.size));
    received.put(to_millis(row.received_at));
    saved.put(to_millis(row.saved_at));
    threads.put(wide(row.thread.value));
  }
}

std::string IndexChunk::encode() const {
  schema::IndexChunk record;
  encode(record);
  return record.SerializeAsString();
}

IndexChunk IndexChunk::decode(const schema::IndexChunk& record, std::uint32_t number) {
  if (!has_equal_columns(record)) throw store::ReadError("a record of table 'u' is corrupt");
  IndexChunk chunk;
  chunk.present_ = record.present();
  chunk.shared_ = record.shared();
  chunk.flags_ = {record.seen(), record.answered(), record.flagged(), record.draft(),
                  record.deleted()};
  for (const auto& keyword : record.keywords())
    chunk.keywords_.push_back({keyword.name(), keyword.messages()});
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
