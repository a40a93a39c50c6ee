#include "directory/sasl.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/sasl_bearer.hpp"
#include "directory/sasl_scram_server.hpp"

namespace freehold::directory {

namespace {

using Kind = SaslStep::Kind;

// RFC 4616: [authzid] NUL authcid NUL password.
class PlainServer final : public SaslServer {
 public:
  SaslStep step(std::string_view message) override {
    std::array<std::string_view, 3> parts;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::size_t nul = message.find('\0');
      if (nul == message.npos) return {Kind::failed, "PLAIN has three parts"};
      parts[i] = message.substr(0, nul);
      message.remove_prefix(nul + 1);
    }
    parts[2] = message;
    if (parts[1].empty() || parts[2].empty() ||
        !std::ranges::all_of(parts, acceptable_credential)) {
      return {Kind::failed, "empty or unacceptable name or password"};
    }
    identity_ = {std::string(parts[1]), std::string(parts[0]), std::string(parts[2])};
    return {Kind::check_password, {}};
  }
};

// Not a standard (draft-murchison-sasl-login), but all that some printers and old programs speak.
class LoginServer final : public SaslServer {
 public:
  bool client_first() const override { return false; }

  SaslStep step(std::string_view message) override {
    if (!asked_) {  // an initial response is the user's name
      asked_ = true;
      if (message.empty()) return {Kind::challenge, "Username:"};
    }
    if (message.empty() || !acceptable_credential(message)) {
      return {Kind::failed, "empty or unacceptable name or password"};
    }
    if (identity_.authcid.empty()) {
      identity_.authcid = message;
      return {Kind::challenge, "Password:"};
    }
    identity_.password = message;
    return {Kind::check_password, {}};
  }

 private:
  bool asked_ = false;
};

}  // namespace

std::vector<std::string_view> sasl_mechanisms(const SaslOffer& offer) {
  std::vector<std::string_view> names;
  if (!offer.channel_binding.empty()) names.push_back("SCRAM-SHA-256-PLUS");
  names.push_back("SCRAM-SHA-256");
  if (offer.tokens) names.insert(names.end(), {"OAUTHBEARER", "XOAUTH2"});
  names.insert(names.end(), {"PLAIN", "LOGIN"});
  return names;
}

std::unique_ptr<SaslServer> make_sasl_server(std::string_view mechanism, const SaslOffer& offer) {
  if (iequals(mechanism, "PLAIN")) return std::make_unique<PlainServer>();
  if (iequals(mechanism, "LOGIN")) return std::make_unique<LoginServer>();
  if (iequals(mechanism, "SCRAM-SHA-256")) return make_scram_server(offer, false);
  if (iequals(mechanism, "SCRAM-SHA-256-PLUS") && !offer.channel_binding.empty()) {
    return make_scram_server(offer, true);
  }
  if (iequals(mechanism, "OAUTHBEARER") && offer.tokens) return make_oauthbearer_server();
  if (iequals(mechanism, "XOAUTH2") && offer.tokens) return make_xoauth2_server();
  return nullptr;
}

ScramKeys invent_scram_keys(std::string_view secret, std::string_view authcid) {
  return {.salt = hmac_sha256(secret, authcid).substr(0, 16),
          .iterations = kScramIterations,
          .stored_key = random_bytes(32),
          .server_key = random_bytes(32)};
}

}  // namespace freehold::directory
