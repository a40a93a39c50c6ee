#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/begun.hpp"
#include "imap/fetch_items.hpp"
#include "imap/message_source.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

// What a FETCH answers of its messages, read for many of them at once in the pool, the next groups
// while those before them are sent. Lives within its command.
class ReadAhead {
 public:
  ReadAhead(Context& context, const FetchRequest& request, const std::vector<std::size_t>& indexes);

  // For the message at a position of the indexes; positions come in order. What is at hand costs no
  // waiting.
  [[nodiscard]] bool is_at_hand(std::size_t position) const {
    return !wants_anything() || position < group_.end;
  }
  awaitable<void> next_group();
  void offer(MessageSource& source, std::size_t position);

 private:
  // Of messages that are read together: positions of the indexes.
  struct Group {
    std::size_t begin = 0, end = 0;
    std::vector<std::optional<std::string>> envelopes, headers;
    std::vector<std::optional<mailstore::Mailstore::Whole>> bodies;
  };

  [[nodiscard]] bool wants_anything() const {
    return wants_envelope_ || wants_header_ || wants_body_;
  }
  void begin_next();
  [[nodiscard]] std::size_t end_of_group(std::size_t begin) const;
  [[nodiscard]] Begun<Group> begin_group(std::size_t begin, std::size_t end) const;

  Context& context_;
  const std::vector<std::size_t>& indexes_;
  bool wants_envelope_, wants_header_, wants_body_;
  Group group_;
  std::deque<Begun<Group>> next_;
  std::size_t begun_ = 0;  // up to where
};

}  // namespace freehold::imap
