#include "directory/sasl_client.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/sasl_scram.hpp"

namespace freehold::directory {

namespace {

using Answer = std::optional<std::string>;

class PlainClient final : public SaslClient {
 public:
  explicit PlainClient(SaslCredentials credentials) : credentials_(std::move(credentials)) {}
  std::string_view name() const override { return "PLAIN"; }
  Answer initial() override { return '\0' + credentials_.user + '\0' + credentials_.password; }
  Answer respond(std::string_view) override { return std::nullopt; }

 private:
  SaslCredentials credentials_;
};

class LoginClient final : public SaslClient {
 public:
  explicit LoginClient(SaslCredentials credentials) : credentials_(std::move(credentials)) {}
  std::string_view name() const override { return "LOGIN"; }
  Answer initial() override { return std::nullopt; }
  // By order, not by the prompts' words: those differ among servers.
  Answer respond(std::string_view) override {
    switch (answers_++) {
      case 0:
        return credentials_.user;
      case 1:
        return credentials_.password;
      default:
        return std::nullopt;
    }
  }

 private:
  SaslCredentials credentials_;
  unsigned answers_ = 0;
};

class ScramClient final : public SaslClient {
 public:
  ScramClient(SaslCredentials credentials, std::string nonce)
      : credentials_(std::move(credentials)),
        nonce_(nonce.empty() ? base64(random_bytes(18)) : std::move(nonce)),
        first_bare_("n=" + scram::escape_name(credentials_.user) + ",r=" + nonce_) {}

  std::string_view name() const override { return "SCRAM-SHA-256"; }
  Answer initial() override { return "n,," + first_bare_; }
  bool complete() const override { return verified_; }

  Answer respond(std::string_view challenge) override {
    if (expected_.empty()) return prove(challenge);
    if (verified_ || challenge != expected_) return std::nullopt;
    verified_ = true;
    return std::string();
  }

 private:
  Answer prove(std::string_view challenge) {
    const auto server = scram::parse_server_first(challenge);
    if (!server || !server->nonce.starts_with(nonce_) || server->nonce == nonce_ ||
        server->iterations < kScramIterations) {
      return std::nullopt;
    }
    const std::string salted =
        scram::salted_password(credentials_.password, server->salt, server->iterations);
    const std::string client_key = hmac_sha256(salted, "Client Key");
    const std::string without_proof = "c=biws,r=" + server->nonce;  // biws: "n,,"
    const std::string signed_text =
        first_bare_ + "," + std::string(challenge) + "," + without_proof;
    const std::string signature = hmac_sha256(sha256(client_key).view(), signed_text);
    expected_ = "v=" + base64(hmac_sha256(hmac_sha256(salted, "Server Key"), signed_text));
    return without_proof + ",p=" + base64(scram::exclusive_or(client_key, signature));
  }

  SaslCredentials credentials_;
  std::string nonce_;
  std::string first_bare_;
  std::string expected_;  // the server's last message, if it knows us
  bool verified_ = false;
};

}  // namespace

std::unique_ptr<SaslClient> make_sasl_client(const std::vector<std::string>& offered,
                                             const SaslCredentials& credentials, bool plain_allowed,
                                             std::string nonce) {
  const auto has = [&offered](std::string_view name) {
    return std::ranges::any_of(offered, [name](const auto& o) { return iequals(o, name); });
  };
  if (has("SCRAM-SHA-256")) return std::make_unique<ScramClient>(credentials, std::move(nonce));
  if (plain_allowed && has("PLAIN")) return std::make_unique<PlainClient>(credentials);
  if (plain_allowed && has("LOGIN")) return std::make_unique<LoginClient>(credentials);
  return nullptr;
}

}  // namespace freehold::directory
