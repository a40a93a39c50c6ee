#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "directory/directory.hpp"
#include "directory/sasl.hpp"

namespace freehold::guard {

// Whom a dialogue asks whether a client is who it says; for one connection. LoginGuard::door() is
// the real one. Each answer is the account, or nothing, and failures are counted behind it.
class LoginDoor {
 public:
  virtual ~LoginDoor() = default;
  virtual awaitable<std::optional<directory::AccountInfo>> password(
      directory::SaslIdentity identity) = 0;
  // For an unknown name directory::invent_scram_keys().
  virtual awaitable<directory::ScramKeys> scram_keys(std::string name) = 0;
  virtual awaitable<std::optional<directory::AccountInfo>> scram_outcome(
      directory::SaslIdentity identity, bool proved) = 0;
  [[nodiscard]] virtual bool takes_tokens() const { return false; }
  virtual awaitable<std::optional<directory::AccountInfo>> token(directory::SaslIdentity) {
    co_return std::nullopt;
  }
};

// The server's side of one login by SASL (RFC 4422), the same for every protocol: lines of base64
// go in and come out, and how they are dressed ("+ ", "334 ") is the protocol's. Used by one
// session, once.
//
//     auto step = co_await dialogue->begin(initial);
//     while (step.kind == Kind::challenge) step = co_await dialogue->answer(what the client says);
class SaslDialogue {
 public:
  struct Step {
    enum class Kind {
      challenge,  // send it, then give the answer
      done,       // the account is logged in
      refused,    // wrong name or password
      cancelled,  // by the client: "*"
      malformed,  // no base64
    } kind = Kind::refused;
    std::string challenge;                          // base64
    std::optional<directory::AccountInfo> account;  // of done
  };

  // Null: the mechanism is not offered. `channel_binding` as in directory::SaslOffer.
  [[nodiscard]] static std::unique_ptr<SaslDialogue> make(std::unique_ptr<LoginDoor> door,
                                                          std::string_view mechanism,
                                                          std::string channel_binding);
  // The names of those that are, best first.
  [[nodiscard]] static std::vector<std::string_view> mechanisms(const LoginDoor& door,
                                                                std::string channel_binding);

  // With the initial response, if the client has sent one; "=" is an empty one (RFC 4954, 4).
  awaitable<Step> begin(std::optional<std::string> initial);
  awaitable<Step> answer(std::string line);

  // Who tries to log in, for the log.
  [[nodiscard]] const std::string& name() const { return sasl_->identity().authcid; }

 private:
  SaslDialogue(std::unique_ptr<LoginDoor> door, std::unique_ptr<directory::SaslServer> sasl)
      : door_(std::move(door)), sasl_(std::move(sasl)) {}
  awaitable<Step> proceed(std::string message);

  std::unique_ptr<LoginDoor> door_;
  std::unique_ptr<directory::SaslServer> sasl_;
  bool counted_ = false;  // the failure, already
};

}  // namespace freehold::guard
