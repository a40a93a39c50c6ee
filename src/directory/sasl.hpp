#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "directory/sasl_scram.hpp"

namespace freehold::directory {

// What a session has after a step of a SASL exchange.
struct SaslStep {
  enum class Kind {
    challenge,       // send `data`, then step() with the answer
    check_password,  // PLAIN, LOGIN: the exchange is over; the session verifies identity().password
                     // itself
    fetch_keys,   // SCRAM: give_keys() with those of identity().authcid, or with invented ones (see
                  // below)
    check_token,  // OAUTHBEARER, XOAUTH2: the session verifies the token, identity().password, and
                  // calls refuse_token() when it is wrong
    done,         // SCRAM: the client has proved to be identity().authcid
    failed,  // the client is wrong or does not speak the mechanism; `data` says why, for the log
  };
  Kind kind = Kind::failed;
  std::string data;
};

struct SaslIdentity {
  std::string authcid;       // who logs in; OAUTHBEARER: may be empty, the token says it
  std::string authzid;       // on whose behalf; empty: the same
  std::string password;      // PLAIN and LOGIN; of OAUTHBEARER and XOAUTH2 the token
  std::uint64_t secret = 0;  // SCRAM, proved: the ScramSecret::id, 0: the main password
};

// The server's side of one exchange, without I/O: decoded messages go in. Owned by a session, used
// once.
class SaslServer {
 public:
  virtual ~SaslServer() = default;
  [[nodiscard]] virtual SaslStep step(std::string_view message) = 0;
  // Answers fetch_keys. For a user that does not exist give invent_scram_keys(), so that names
  // cannot be probed.
  [[nodiscard]] virtual SaslStep give_keys(const ScramKeys&) {
    return {SaslStep::Kind::failed, "the mechanism has no keys"};
  }
  // After check_token: the error that the client is told, and answers.
  [[nodiscard]] virtual SaslStep refuse_token() {
    return {SaslStep::Kind::failed, "the mechanism has no token"};
  }
  // Whether the client speaks first: without an initial response it gets an empty challenge.
  [[nodiscard]] virtual bool client_first() const { return true; }
  [[nodiscard]] const SaslIdentity& identity() const { return identity_; }

 protected:
  SaslIdentity identity_;
};

struct SaslOffer {
  std::string channel_binding;  // tls-exporter (RFC 9266); empty: none, and no PLUS is offered
  std::string nonce;            // for tests; empty: a random one
  bool tokens = false;          // somebody can verify bearer tokens
};

// The names for EHLO and CAPABILITY, best first.
[[nodiscard]] std::vector<std::string_view> sasl_mechanisms(const SaslOffer& offer);
// Null when the mechanism is not one of sasl_mechanisms().
[[nodiscard]] std::unique_ptr<SaslServer> make_sasl_server(std::string_view mechanism,
                                                           const SaslOffer& offer);

// Keys that no password has, with a salt that is always the same for the same name: `secret` is the
// house's own.
[[nodiscard]] ScramKeys invent_scram_keys(std::string_view secret, std::string_view authcid);

}  // namespace freehold::directory
