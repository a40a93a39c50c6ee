#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "smtp/backend.hpp"

namespace freehold::smtp {

// What decides whether a command may come now. No I/O, no time.
struct SessionState {
  enum class Chunks { none, begun, spoiled };  // spoiled: a BDAT has failed (RFC 3030, 2)

  Role role = Role::mx;
  bool tls = false;
  bool tls_offered = false;
  bool greeted = false;
  bool logged_in = false;
  bool in_transaction = false;  // MAIL was accepted
  bool binary = false;          // BODY=BINARYMIME
  std::size_t recipients = 0;   // accepted
  Chunks chunks = Chunks::none;
};

// The reply that refuses `command` in this state; nothing: it may be obeyed.
[[nodiscard]] std::optional<Reply> out_of_turn(const SessionState& state, const Command& command);

// The lines behind the name in the reply to EHLO and LHLO.
struct Offer {
  std::uint64_t max_message_size = 0;
  std::size_t max_recipients = 0;
  std::vector<std::string_view> mechanisms;
};
[[nodiscard]] std::vector<std::string> extensions(const SessionState& state, const Offer& offer);

}  // namespace freehold::smtp
