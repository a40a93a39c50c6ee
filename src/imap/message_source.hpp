#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "imap/structure.hpp"
#include "mailstore/mailstore.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::imap {

// One message's stored parts, each read when it is first asked for. Lives within one command.
class MessageSource {
 public:
  MessageSource(const mailstore::Mailstore& store, AccountId account, EmailId email)
      : store_(store), account_(account), email_(email) {}

  // What was read beforehand, in one go with that of other messages.
  void offer_envelope(std::optional<std::string> envelope) { envelope_ = std::move(envelope); }
  void offer_header(std::optional<std::string> extract) { header_extract_ = std::move(extract); }
  void offer_whole(std::optional<mailstore::Mailstore::Whole> whole) { whole_ = std::move(whole); }

  [[nodiscard]] std::string envelope();  // as IMAP writes it
  // Null: it is gone.
  [[nodiscard]] const schema::Content* content();
  // What comes before the body; null: it is gone.
  [[nodiscard]] const std::string* prefix();
  [[nodiscard]] std::uint64_t body_size();
  // Bytes of the body from `begin`, at most `most` and not none, unless it ends there or is gone;
  // good until the next call.
  [[nodiscard]] std::string_view piece(std::uint64_t begin, std::size_t most);
  // Bytes of the body; fewer than asked for when it ends, or is gone.
  [[nodiscard]] std::string read(std::uint64_t begin, std::uint64_t end);
  // Where a section is; nothing: the message has no such part, or is gone.
  [[nodiscard]] std::optional<SectionBytes> find(
      const Section& section,
      const std::optional<std::pair<std::uint64_t, std::uint64_t>>& partial);

 private:
  [[nodiscard]] std::optional<SectionBytes> find_in_extract(const Section& section) const;
  [[nodiscard]] std::optional<SectionBytes> find_in_body(const Section& section);

  [[nodiscard]] mailstore::Mailstore::Opened* opened();

  const mailstore::Mailstore& store_;
  AccountId account_;
  EmailId email_;
  std::optional<std::string> envelope_, header_extract_;
  std::optional<schema::Content> content_;
  std::optional<mailstore::Mailstore::Opened> opened_;
  std::optional<mailstore::Mailstore::Whole> whole_;
  std::string piece_;
};

}  // namespace freehold::imap
