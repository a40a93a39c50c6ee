#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mailstore/flag_maps.hpp"

namespace freehold::schema {
class IndexChunk;
}

namespace freehold::mailstore {

// A message as IMAP sees it in one mailbox.
struct IndexedMessage {
  Uid uid;
  EmailId email;
  ModSeq modseq;
  std::uint64_t size = 0;
  Time received_at;
  Time saved_at;  // when it came into this mailbox (RFC 8514)
  ThreadId thread;
  Flags flags;
};

// The messages of a mailbox whose UIDs share all but their last six bits, by UID. A value; also the
// unit of the store (schema::IndexChunk).
class IndexChunk {
 public:
  static constexpr std::uint32_t kUids = 64;
  using Bits = FlagMaps::Bits;  // one for each UID, the lowest for the first

  struct Row {
    Uid uid;
    EmailId email;
    ModSeq modseq;
    std::uint64_t size = 0;
    Time received_at;
    Time saved_at;
    ThreadId thread = {};
    bool operator==(const Row&) const = default;
  };
  // Which chunk a UID is in, and its bit there.
  [[nodiscard]] static std::uint32_t number_of(Uid uid) { return uid.value / kUids; }
  [[nodiscard]] static Bits bit_of(Uid uid) { return Bits{1} << (uid.value % kUids); }

  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(rows_.size()); }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] Bits present() const { return present_; }
  [[nodiscard]] bool has(Uid uid) const { return (present_ & bit_of(uid)) != 0; }
  // The place among rows() that a UID has, or would have.
  [[nodiscard]] std::uint32_t rank(Uid uid) const {
    return static_cast<std::uint32_t>(std::popcount(present_ & (bit_of(uid) - 1)));
  }
  [[nodiscard]] const FlagMaps& flag_maps() const { return flags_; }
  [[nodiscard]] Bits with(Flag flag) const { return flags_.with(flag); }
  [[nodiscard]] Bits shared() const { return shared_; }         // emails that may be elsewhere too
  [[nodiscard]] std::vector<EmailId> emails(Bits which) const;  // in the order of their UIDs
  [[nodiscard]] std::uint32_t flag_bits(Uid uid) const { return flags_.bits_of(bit_of(uid)); }
  [[nodiscard]] Flags flags(Uid uid) const { return flags_.of(bit_of(uid)); }
  [[nodiscard]] IndexedMessage message(std::uint32_t rank) const;

  void insert(const Row& row, const Flags& flags);
  void erase(Bits which);
  void share(Uid uid) { shared_ |= bit_of(uid); }
  // Those among `which` whose flags differ afterwards; they get `modseq`. Flags outside `may` stay.
  Bits change_flags(Bits which, FlagChange how, const Flags& by, ModSeq modseq, FlagMask may = {});
  // Flags and modseqs as they are in `newer`, of the messages that both have.
  void adopt(const IndexChunk& newer);
  // Whether both have the same messages, and all but those of `which` the same flags and modseqs.
  [[nodiscard]] bool is_same_but(const IndexChunk& other, Bits which) const;
  // The rows among `which` alone.
  [[nodiscard]] IndexChunk only(Bits which) const;

  // Keeps the part that flags do not change, for the next time.
  [[nodiscard]] std::string encode();
  void encode(schema::IndexChunk& record) const;
  [[nodiscard]] static IndexChunk decode(const schema::IndexChunk& record, std::uint32_t number);
  // Throws store::ReadError when the value is no chunk.
  [[nodiscard]] static IndexChunk decode(std::string_view key, std::string_view value);

  bool operator==(const IndexChunk& other) const;

 private:
  Bits present_ = 0;
  Bits shared_ = 0;
  FlagMaps flags_;
  std::vector<Row> rows_;
  // The encoded columns that stay as they are as long as the rows do, once they were needed; shared
  // by the copies of this chunk.
  std::shared_ptr<const std::string> columns_;
};

}  // namespace freehold::mailstore
