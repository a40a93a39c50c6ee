#include "directory/sasl_bearer.hpp"

#include <optional>

#include "base/bytes.hpp"
#include "directory/sasl_scram.hpp"

namespace freehold::directory {

namespace {

using Kind = SaslStep::Kind;

constexpr char kSeparator = '\x01';

// "Bearer TOKEN" (RFC 6750, 2.1): the scheme in any case, the token of b64token characters.
std::optional<std::string> token_of(std::string_view value) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!istarts_with(value, kScheme)) return std::nullopt;
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (value.empty() ||
      value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789-._~+/=") != value.npos) {
    return std::nullopt;
  }
  return std::string(value);
}

// What both mechanisms have in common: a message, and if it was refused, an error as JSON, to which
// the client answers something (RFC 7628, 3.2.3) before it is told that it has failed.
class BearerServer : public SaslServer {
 public:
  SaslStep step(std::string_view message) final {
    if (asked_) return {Kind::failed, "the token was refused"};
    asked_ = true;
    if (!read(message)) return refuse("invalid_request", "400");
    return {Kind::check_token, {}};
  }
  SaslStep refuse_token() final { return refuse("invalid_token", "401"); }

 protected:
  // Fills identity_; false: the message is malformed.
  virtual bool read(std::string_view message) = 0;
  // The error's body by its name in RFC 6750, 3.1, and its number in HTTP.
  [[nodiscard]] virtual std::string error(std::string_view name, std::string_view number) const = 0;

  // The values of "key=value" pairs behind separators that this has a use for.
  bool read_pairs(std::string_view pairs) {
    while (!pairs.empty()) {
      const auto end = pairs.find(kSeparator);
      if (end == pairs.npos) return false;  // each ends with one
      const auto pair = pairs.substr(0, end);
      pairs.remove_prefix(end + 1);
      if (pair.empty()) return pairs.empty() && !identity_.password.empty();
      const auto equals = pair.find('=');
      if (equals == pair.npos) return false;
      const auto key = pair.substr(0, equals), value = pair.substr(equals + 1);
      if (key == "auth") {
        auto token = token_of(value);
        if (!token) return false;
        identity_.password = std::move(*token);
      } else if (key == "user") {
        identity_.authcid = value;
      }
    }
    return false;  // the empty pair at the end is missing
  }

 private:
  SaslStep refuse(std::string_view name, std::string_view number) const {
    return {Kind::challenge, error(name, number)};
  }

  bool asked_ = false;
};

// RFC 7628, 3.1: a GS2 header, then pairs: host and port, which say nothing that the connection
// does not, and the token.
class OauthBearerServer final : public BearerServer {
 private:
  bool read(std::string_view message) override {
    const auto end = message.find(kSeparator);
    if (end == message.npos) return false;
    const auto header = message.substr(0, end);
    // No channel is bound by this mechanism.
    if (!header.starts_with("n,") && !header.starts_with("y,")) return false;
    auto name = header.substr(2);
    if (!name.ends_with(',')) return false;
    name.remove_suffix(1);
    if (!read_pairs(message.substr(end + 1))) return false;
    // There is no user in it but for the authorization identity.
    identity_.authcid.clear();
    if (name.empty()) return true;
    if (!name.starts_with("a=")) return false;
    const auto decoded = scram::unescape_name(name.substr(2));
    identity_.authcid = decoded.value_or("");
    return decoded.has_value();
  }

  std::string error(std::string_view name, std::string_view) const override {
    return R"({"status":")" + std::string(name) + R"("})";
  }
};

// "user=NAME ^A auth=Bearer TOKEN ^A ^A".
class Xoauth2Server final : public BearerServer {
 private:
  bool read(std::string_view message) override {
    return read_pairs(message) && !identity_.authcid.empty() &&
           acceptable_credential(identity_.authcid);
  }

  std::string error(std::string_view, std::string_view number) const override {
    return R"({"status":")" + std::string(number) + R"(","schemes":"bearer"})";
  }
};

}  // namespace

std::unique_ptr<SaslServer> make_oauthbearer_server() {
  return std::make_unique<OauthBearerServer>();
}
std::unique_ptr<SaslServer> make_xoauth2_server() { return std::make_unique<Xoauth2Server>(); }

}  // namespace freehold::directory
