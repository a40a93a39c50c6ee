#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace freehold {

// A number that means one thing only: an AccountId is never taken for a MailboxId.
template <class Tag, class Number>
struct Id {
  Number value{};

  constexpr Id() = default;
  constexpr explicit Id(Number v) : value(v) {}
  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != Number{}; }
};

using DomainId = Id<struct DomainTag, std::uint64_t>;
using AccountId = Id<struct AccountTag, std::uint64_t>;
using MailboxId = Id<struct MailboxTag, std::uint64_t>;  // unique within its account
using EmailId = Id<struct EmailTag, std::uint64_t>;      // unique within its account
using ThreadId = Id<struct ThreadTag, std::uint64_t>;    // unique within its account
using QueueId = Id<struct QueueTag, std::uint64_t>;      // one queued message, all its recipients
using Uid = Id<struct UidTag, std::uint32_t>;            // RFC 9051, 2.3.1.1
using UidValidity = Id<struct UidValidityTag, std::uint32_t>;
using ModSeq = Id<struct ModSeqTag, std::uint64_t>;  // RFC 7162; one counter per account

// SHA-256 of a body's bytes: its name in the store.
struct BlobHash {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const BlobHash&) const = default;
  // Of bytes that may come from a broken record: missing ones are 0.
  [[nodiscard]] static BlobHash from(std::string_view bytes) {
    BlobHash hash;
    bytes.copy(reinterpret_cast<char*>(hash.bytes.data()), hash.bytes.size());
    return hash;
  }
  [[nodiscard]] std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

}  // namespace freehold

template <class Tag, class Number>
struct std::hash<freehold::Id<Tag, Number>> {
  std::size_t operator()(freehold::Id<Tag, Number> id) const noexcept {
    return std::hash<Number>{}(id.value);
  }
};

template <>
struct std::hash<freehold::BlobHash> {
  std::size_t operator()(const freehold::BlobHash& h) const noexcept {
    return std::hash<std::string_view>{}(h.view());
  }
};
