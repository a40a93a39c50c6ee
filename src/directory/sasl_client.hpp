#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::directory {

struct SaslCredentials {
  std::string user;
  std::string password;
};

// The client's side of one exchange, for logging in at a relay. Without I/O, used once.
class SaslClient {
 public:
  virtual ~SaslClient() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  // What goes with the AUTH command; nothing when the server speaks first.
  [[nodiscard]] virtual std::optional<std::string> initial() = 0;
  // The answer to a challenge; nothing: the server does not speak the mechanism, or could not prove
  // that it knows us.
  [[nodiscard]] virtual std::optional<std::string> respond(std::string_view challenge) = 0;
  // Whether the server's success may be believed: SCRAM's server has to have proved itself first.
  [[nodiscard]] virtual bool complete() const { return true; }
};

// The best mechanism of those offered: SCRAM-SHA-256, PLAIN, LOGIN; null when there is none of
// them. The last two show the password to the server, so `plain_allowed` is given under TLS only.
// `nonce` is for tests.
[[nodiscard]] std::unique_ptr<SaslClient> make_sasl_client(const std::vector<std::string>& offered,
                                                           const SaslCredentials& credentials,
                                                           bool plain_allowed,
                                                           std::string nonce = {});

}  // namespace freehold::directory
