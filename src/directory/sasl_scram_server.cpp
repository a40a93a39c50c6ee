#include "directory/sasl_scram_server.hpp"

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace freehold::directory {

namespace {

using Kind = SaslStep::Kind;

class ScramServer final : public SaslServer {
 public:
  ScramServer(const SaslOffer& offer, bool plus)
      : binding_(offer.channel_binding),
        nonce_(offer.nonce.empty() ? base64(random_bytes(18)) : offer.nonce),
        plus_(plus) {}

  SaslStep step(std::string_view message) override {
    switch (stage_) {
      case Stage::first:
        return first(message);
      case Stage::final:
        return final(message);
      case Stage::goodbye:
        stage_ = Stage::over;
        if (!message.empty()) return {Kind::failed, "an answer to the server's last message"};
        return {Kind::done, {}};
      case Stage::keys:
      case Stage::over:
        break;
    }
    return fail("a message out of turn");
  }

  SaslStep give_keys(const ScramKeys& keys) override {
    if (stage_ != Stage::keys) return fail("keys out of turn");
    keys_ = keys;
    server_first_ =
        "r=" + nonce_ + ",s=" + base64(keys.salt) + ",i=" + std::to_string(keys.iterations);
    stage_ = Stage::final;
    return {Kind::challenge, server_first_};
  }

 private:
  enum class Stage { first, keys, final, goodbye, over };

  SaslStep fail(std::string why) {
    stage_ = Stage::over;
    return {Kind::failed, std::move(why)};
  }

  SaslStep first(std::string_view message) {
    const auto parsed = scram::parse_client_first(message);
    if (!parsed) return fail("malformed client-first-message");
    if (plus_ && (parsed->binding_flag != 'p' || parsed->binding_name != "tls-exporter")) {
      return fail("channel binding other than tls-exporter");
    }
    if (!plus_ && parsed->binding_flag == 'p') return fail("channel binding without PLUS");
    // RFC 5802, 6: a client that could bind believes that we cannot, so somebody has edited our
    // offer.
    if (parsed->binding_flag == 'y' && !binding_.empty()) return fail("downgrade");
    first_ = *parsed;
    nonce_ = parsed->nonce + nonce_;
    identity_.authcid = parsed->authcid;
    identity_.authzid = parsed->authzid;
    stage_ = Stage::keys;
    return {Kind::fetch_keys, {}};
  }

  SaslStep final(std::string_view message) {
    const auto parsed = scram::parse_client_final(message);
    if (!parsed) return fail("malformed client-final-message");
    const std::string binding = first_.gs2_header + (plus_ ? binding_ : std::string());
    if (parsed->binding != binding) return fail("wrong channel binding");
    if (parsed->nonce != nonce_) return fail("wrong nonce");
    const std::string signed_text = first_.bare + "," + server_first_ + "," + parsed->without_proof;
    std::vector<ScramSecret> secrets = std::move(keys_.others);
    secrets.insert(secrets.begin(), {keys_.stored_key, keys_.server_key, 0});
    for (const auto& secret : secrets) {
      if (!proves(secret, parsed->proof, signed_text)) continue;
      identity_.secret = secret.id;
      stage_ = Stage::goodbye;
      return {Kind::challenge, "v=" + base64(hmac_sha256(secret.server_key, signed_text))};
    }
    return fail("wrong password");
  }

  static bool proves(const ScramSecret& secret, std::string_view proof, std::string_view text) {
    const std::string signature = hmac_sha256(secret.stored_key, text);
    if (proof.size() != signature.size()) return false;
    const std::string client_key = scram::exclusive_or(proof, signature);
    return equal_in_constant_time(sha256(client_key).view(), secret.stored_key);
  }

  std::string binding_;
  std::string nonce_;
  bool plus_;
  Stage stage_ = Stage::first;
  scram::ClientFirst first_;
  ScramKeys keys_;
  std::string server_first_;
};

}  // namespace

std::unique_ptr<SaslServer> make_scram_server(const SaslOffer& offer, bool plus) {
  return std::make_unique<ScramServer>(offer, plus);
}

}  // namespace freehold::directory
