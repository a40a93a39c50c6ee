#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smtp/reply.hpp"

namespace freehold::smtp {

// What a server has offered in its reply to EHLO or LHLO.
struct Capabilities {
  bool pipelining = false;
  bool eight_bit = false;
  bool binary = false;
  bool chunking = false;
  bool smtputf8 = false;
  bool dsn = false;
  bool starttls = false;
  bool require_tls = false;
  bool size = false;
  std::uint64_t max_size = 0;  // 0: not told
  std::optional<std::uint64_t> max_recipients;
  std::vector<std::string> auth;
};

[[nodiscard]] Capabilities read_capabilities(const Reply& reply);

}  // namespace freehold::smtp
