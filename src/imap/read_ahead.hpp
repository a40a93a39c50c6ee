#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/begun.hpp"
#include "imap/fetch_items.hpp"
#include "imap/message_source.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

// What a FETCH answers of its messages, read for many of them at once. Whole messages are read in
// the pool, the next ones while those before them are sent. Lives within its command.
class ReadAhead {
 public:
  ReadAhead(Context& context, const FetchRequest& request, const std::vector<std::size_t>& indexes);

  // For the message at a position of the indexes; positions come in order.
  awaitable<void> offer(MessageSource& source, std::size_t position);

 private:
  using Whole = std::vector<std::optional<mailstore::Mailstore::Whole>>;

  // Messages that are read together: positions of the indexes.
  struct Group {
    std::size_t begin = 0, end = 0;
    [[nodiscard]] bool has(std::size_t position) const { return position < end; }
  };

  [[nodiscard]] std::vector<EmailId> emails_of(const Group& group) const;
  void read_extracts(std::size_t position);
  [[nodiscard]] Group bodies_from(std::size_t position) const;
  void begin_bodies(std::size_t position);

  Context& context_;
  const std::vector<std::size_t>& indexes_;
  bool wants_envelope_, wants_header_, wants_body_;
  Group extracts_;
  std::vector<std::optional<std::string>> envelopes_, headers_;
  Group bodies_, next_bodies_;
  Whole whole_;
  Begun<Whole> next_whole_;
};

}  // namespace freehold::imap
