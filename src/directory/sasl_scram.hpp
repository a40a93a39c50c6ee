#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::directory {

// What a house keeps of a password for SCRAM-SHA-256 (RFC 5802, 3; RFC 7677): enough to check a
// proof, not to make one.
struct ScramSecret {
  std::string stored_key;
  std::string server_key;
  std::uint64_t id = 0;  // tells the house which one it was
};
struct ScramKeys {
  std::string salt;
  unsigned iterations = 0;
  std::string stored_key;
  std::string server_key;
  // Further passwords that would do as well. All have the same salt and iterations, because these
  // are sent before the client has shown which one it has.
  std::vector<ScramSecret> others = {};
};

inline constexpr unsigned kScramIterations = 4096;  // RFC 7677, 4: the least
inline constexpr unsigned kMaxScramIterations =
    500'000;  // a server must not make our client compute for seconds
inline constexpr std::size_t kMaxSaslMessage = 12'288;  // RFC 4954, 4: the longest base64 line

// PBKDF2: some milliseconds at 4096 iterations; a session runs it in the pool.
[[nodiscard]] ScramKeys make_scram_keys(std::string_view password, std::string_view salt,
                                        unsigned iterations = kScramIterations);

// The messages of RFC 5802, 7, as far as both sides read them.
namespace scram {

struct ClientFirst {
  std::string gs2_header;   // with both commas
  char binding_flag = 'n';  // 'n', 'y' or 'p'
  std::string binding_name;
  std::string authzid;
  std::string authcid;
  std::string nonce;
  std::string bare;
};
struct ServerFirst {
  std::string nonce;
  std::string salt;
  unsigned iterations = 0;
};
struct ClientFinal {
  std::string binding;  // decoded
  std::string nonce;
  std::string proof;  // decoded
  std::string without_proof;
};

[[nodiscard]] std::optional<ClientFirst> parse_client_first(std::string_view message);
[[nodiscard]] std::optional<ServerFirst> parse_server_first(std::string_view message);
[[nodiscard]] std::optional<ClientFinal> parse_client_final(std::string_view message);

// "=2C" and "=3D" for the comma and the equals sign.
[[nodiscard]] std::string escape_name(std::string_view name);
// Nothing: it is not well-formed, or no acceptable_credential().
[[nodiscard]] std::optional<std::string> unescape_name(std::string_view name);
[[nodiscard]] std::string salted_password(std::string_view password, std::string_view salt,
                                          unsigned iterations);
[[nodiscard]] std::string exclusive_or(std::string_view a, std::string_view b);  // equal lengths

}  // namespace scram

// SASLprep (RFC 4013) reduced: names and passwords are taken as the UTF-8 they are, which is what
// clients that normalise to NFC send; control characters, broken UTF-8 and more than 1 KiB are
// refused, so that no log or store sees them.
[[nodiscard]] bool acceptable_credential(std::string_view text);

}  // namespace freehold::directory
