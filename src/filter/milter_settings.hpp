#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "net/address.hpp"

namespace freehold::filter::milter {

using Address = std::variant<net::Endpoint, std::filesystem::path>;
// "inet:127.0.0.1:11332", "inet:[::1]:11332", "inet:localhost:11332", "unix:/run/clamav/milter".
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string text_of(const Address& address);

// A filter that the owner has set up.
struct Settings {
  std::string name;  // in the log and in the quarantine's header field
  Address address;
  bool fail_open = false;  // on_failure = "accept": without it mail passes unseen
  std::chrono::milliseconds timeout{30'000};           // for each answer
  std::chrono::milliseconds message_timeout{120'000};  // for the answer to a whole message
  bool on_mx = true;
  bool on_submission = false;
};

}  // namespace freehold::filter::milter
