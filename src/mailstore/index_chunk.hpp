#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "mailstore/flags.hpp"

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

// The messages of a mailbox whose UIDs share all but their last six bits, by UID. Flags are
// bitmaps, so that a flag of 64 messages is changed or counted at once. A value; also the unit of
// the store (schema::IndexChunk).
class IndexChunk {
 public:
  static constexpr std::uint32_t kUids = 64;
  using Bits = std::uint64_t;  // one for each UID, the lowest for the first

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
  struct Keyword {
    std::string name;
    Bits messages = 0;
    bool operator==(const Keyword&) const = default;
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
  [[nodiscard]] Bits with(Flag flag) const {
    return flags_[static_cast<unsigned>(std::countr_zero(static_cast<std::uint32_t>(flag)))];
  }
  [[nodiscard]] const std::vector<Keyword>& keywords() const { return keywords_; }  // by name
  [[nodiscard]] Bits shared() const { return shared_; }         // emails that may be elsewhere too
  [[nodiscard]] std::vector<EmailId> emails(Bits which) const;  // in the order of their UIDs
  [[nodiscard]] std::uint32_t flag_bits(Uid uid) const;
  [[nodiscard]] Flags flags(Uid uid) const;
  [[nodiscard]] IndexedMessage message(std::uint32_t rank) const;

  void insert(const Row& row, const Flags& flags);
  void erase(Bits which);
  void share(Uid uid) { shared_ |= bit_of(uid); }
  // Those among `which` whose flags differ afterwards; they get `modseq`. Flags outside `may` stay.
  Bits change_flags(Bits which, FlagChange how, const Flags& by, ModSeq modseq, FlagMask may = {});
  // Flags and modseqs as they are in `newer`, of the messages that both have.
  void adopt(const IndexChunk& newer);
  // Those of the messages that both have whose flags are not the same.
  [[nodiscard]] Bits flags_differ(const IndexChunk& other) const;
  // The rows among `which` alone.
  [[nodiscard]] IndexChunk only(Bits which) const;

  [[nodiscard]] std::string encode() const;
  void encode(schema::IndexChunk& record) const;
  [[nodiscard]] static IndexChunk decode(const schema::IndexChunk& record, std::uint32_t number);
  // Throws store::ReadError when the value is no chunk.
  [[nodiscard]] static IndexChunk decode(std::string_view key, std::string_view value);

  bool operator==(const IndexChunk&) const = default;

 private:
  Bits& bitmap(std::string_view keyword);
  void drop_empty_keywords();

  Bits present_ = 0;
  Bits shared_ = 0;
  std::array<Bits, 5> flags_{};  // by the number of the bit in Flag
  std::vector<Keyword> keywords_;
  std::vector<Row> rows_;
};

}  // namespace freehold::mailstore
