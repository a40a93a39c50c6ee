#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "imap/fetch_items.hpp"

namespace freehold::imap {

// An IMAP URL of a message or a part of one on this server (RFC 5092): an absolute path, as
// CATENATE takes it.
struct MessageUrl {
  std::string mailbox;  // UTF-8
  std::optional<std::uint32_t> uid_validity;
  std::uint32_t uid = 0;
  Section section;                                                 // all, when there is none
  std::optional<std::pair<std::uint64_t, std::uint64_t>> partial;  // offset, count

  // "/INBOX;UIDVALIDITY=7/;UID=20/;SECTION=1.2/;PARTIAL=0.1024"; nothing: it is not well-formed or
  // leads to elsewhere.
  [[nodiscard]] static std::optional<MessageUrl> parse(std::string_view text);
};

}  // namespace freehold::imap
