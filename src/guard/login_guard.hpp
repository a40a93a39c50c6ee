#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/awaitable.hpp"
#include "directory/directory.hpp"
#include "directory/sasl.hpp"
#include "guard/bans.hpp"
#include "guard/sasl_dialogue.hpp"
#include "net/address.hpp"

namespace freehold::guard {

// Where a login comes from and what it is for.
struct LoginSource {
  net::IpAddress address;
  directory::Scope scope = directory::Scope::imap;
};

// The one door of all protocols for passwords. Guessing is made slow for each name and counts
// against the guesser's prefix, which is banned in the end; an account is never locked, so that
// nobody can lock its owner out: answers come late at most, and where the account has lately logged
// in from they come at once. Owned by the wiring, used from every thread; what it is given outlives
// it.
class LoginGuard {
 public:
  // The name of the account that a bearer token was given to, for this use; nothing: it is wrong.
  using VerifyToken =
      std::function<awaitable<std::optional<std::string>>(std::string token, LoginSource source)>;
  using Sleep = std::function<awaitable<void>(std::chrono::milliseconds)>;

  LoginGuard(directory::Directory& directory, Bans& bans, const Clock& clock);
  LoginGuard(directory::Directory& directory, Bans& bans, const Clock& clock, Sleep sleep);

  // OAUTHBEARER and XOAUTH2 are offered when there is who verifies tokens; before the server
  // starts.
  void verify_tokens_by(VerifyToken verify) { verify_token_ = std::move(verify); }
  [[nodiscard]] bool takes_tokens() const { return verify_token_ != nullptr; }

  // For a SaslDialogue.
  [[nodiscard]] std::unique_ptr<LoginDoor> door(LoginSource source);

  // PLAIN, LOGIN and IMAP's LOGIN: the account, or nothing.
  awaitable<std::optional<directory::AccountInfo>> password(LoginSource source,
                                                            directory::SaslIdentity identity);
  // SCRAM: the keys come late where guessing goes on; then what came of it. A client that goes away
  // in between has made an attempt too.
  awaitable<directory::ScramKeys> scram_keys(LoginSource source, std::string name);
  awaitable<std::optional<directory::AccountInfo>> scram_outcome(LoginSource source,
                                                                 directory::SaslIdentity identity,
                                                                 bool proved);
  // The token is the identity's password; its name, if there is one, has to be the token's.
  awaitable<std::optional<directory::AccountInfo>> token(LoginSource source,
                                                         directory::SaslIdentity identity);

  // What an attempt would have to wait now.
  [[nodiscard]] std::chrono::milliseconds delay(const LoginSource& source,
                                                const std::string& name) const;

 private:
  struct Guessed {
    double failures = 0;
    Time at;
    std::vector<std::uint64_t> wrong;  // keyed hashes of what was tried last
  };
  struct Known {
    net::IpAddress prefix;
    Time at;
  };
  [[nodiscard]] std::string name_of(const std::string& typed) const;
  [[nodiscard]] double failures_of(const std::string& name) const;
  [[nodiscard]] bool is_known(const std::string& name, const net::IpAddress& address) const;
  awaitable<void> begin(LoginSource source, std::string name);
  void succeeded(const LoginSource& source, const std::string& name);
  void failed(const LoginSource& source, const std::string& name, std::string_view password);
  void count(const std::string& name, double failures);
  [[nodiscard]] bool is_repeated(const LoginSource& source, const std::string& name,
                                 std::string_view password);

  directory::Directory& directory_;
  Bans& bans_;
  const Clock& clock_;
  const Sleep sleep_;
  VerifyToken verify_token_;
  const std::string key_;
  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<std::string, Guessed> guessed_;
  std::unordered_map<std::string, std::vector<Known>> known_;  // by account's name
};

}  // namespace freehold::guard
