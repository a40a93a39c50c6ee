#include "directory/sasl_scram.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/utf8.hpp"

namespace freehold::directory {

namespace {

constexpr std::size_t kMaxCredential = 1024;

// Takes "x=value" and the comma behind it from the front; nothing when another attribute stands
// there.
std::optional<std::string_view> take_attribute(std::string_view& rest, char name) {
  if (rest.size() < 2 || rest[0] != name || rest[1] != '=') return std::nullopt;
  const std::size_t comma = rest.find(',');
  const std::string_view value = rest.substr(2, comma == rest.npos ? comma : comma - 2);
  rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
  return value;
}

// RFC 5802, 7: printable ASCII without the comma.
bool is_nonce(std::string_view text) {
  return !text.empty() && text.size() <= 1024 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool parse_gs2(std::string_view header, scram::ClientFirst& out) {
  const std::size_t comma = header.find(',');
  const std::string_view flag = header.substr(0, comma);
  if (flag == "n" || flag == "y") {
    out.binding_flag = flag[0];
  } else if (flag.starts_with("p=") && flag.size() > 2) {
    out.binding_flag = 'p';
    out.binding_name = flag.substr(2);
  } else {
    return false;
  }
  std::string_view authzid = header.substr(comma + 1);
  authzid.remove_suffix(1);
  if (authzid.empty()) return true;
  if (!authzid.starts_with("a=")) return false;
  const auto name = scram::unescape_name(authzid.substr(2));
  if (!name || name->empty()) return false;
  out.authzid = *name;
  return true;
}

}  // namespace

bool acceptable_credential(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return text.size() <= kMaxCredential && is_utf8(text) && std::ranges::none_of(text, is_control);
}

ScramKeys make_scram_keys(std::string_view password, std::string_view salt, unsigned iterations) {
  const std::string salted = scram::salted_password(password, salt, iterations);
  const std::string client_key = hmac_sha256(salted, "Client Key");
  return {.salt = std::string(salt),
          .iterations = iterations,
          .stored_key = std::string(sha256(client_key).view()),
          .server_key = hmac_sha256(salted, "Server Key"),
          .others = {}};
}

namespace scram {

std::optional<std::string> unescape_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '=') {
      out.push_back(name[i]);
      continue;
    }
    const std::string_view code = name.substr(i, 3);
    if (code != "=2C" && code != "=3D") return std::nullopt;
    out.push_back(code == "=2C" ? ',' : '=');
    i += 2;
  }
  if (!acceptable_credential(out)) return std::nullopt;
  return out;
}

std::optional<ClientFirst> parse_client_first(std::string_view message) {
  if (message.size() > kMaxSaslMessage) return std::nullopt;
  const std::size_t first = message.find(',');
  const std::size_t second = first == message.npos ? first : message.find(',', first + 1);
  if (second == message.npos) return std::nullopt;
  ClientFirst out;
  out.gs2_header = message.substr(0, second + 1);
  out.bare = message.substr(second + 1);
  if (!parse_gs2(out.gs2_header, out)) return std::nullopt;
  std::string_view rest = out.bare;  // "m=" here is a mandatory extension, of which there is none
  const auto name = take_attribute(rest, 'n');
  const auto nonce = take_attribute(rest, 'r');
  if (!name || !nonce || !is_nonce(*nonce)) return std::nullopt;
  const auto authcid = unescape_name(*name);
  if (!authcid || authcid->empty()) return std::nullopt;
  out.authcid = *authcid;
  out.nonce = *nonce;
  return out;
}

std::optional<ServerFirst> parse_server_first(std::string_view message) {
  if (message.size() > kMaxSaslMessage) return std::nullopt;
  std::string_view rest = message;
  const auto nonce = take_attribute(rest, 'r');
  const auto salt = take_attribute(rest, 's');
  const auto iterations = take_attribute(rest, 'i');
  if (!nonce || !salt || !iterations || !is_nonce(*nonce)) return std::nullopt;
  const auto bytes = unbase64(*salt);
  const auto count = parse_number(*iterations);
  if (!bytes || bytes->empty() || !count || *count == 0 || *count > kMaxScramIterations) {
    return std::nullopt;
  }
  return ServerFirst{std::string(*nonce), *bytes, static_cast<unsigned>(*count)};
}

std::optional<ClientFinal> parse_client_final(std::string_view message) {
  if (message.size() > kMaxSaslMessage) return std::nullopt;
  const std::size_t proof_at = message.rfind(",p=");
  if (proof_at == message.npos) return std::nullopt;
  const std::string_view without_proof = message.substr(0, proof_at);
  std::string_view rest = without_proof;
  const auto binding = take_attribute(rest, 'c');
  const auto nonce = take_attribute(rest, 'r');
  if (!binding || !nonce) return std::nullopt;
  auto binding_bytes = unbase64(*binding);
  auto proof = unbase64(message.substr(proof_at + 3));
  if (!binding_bytes || !proof) return std::nullopt;
  return ClientFinal{*binding_bytes, std::string(*nonce), *proof, std::string(without_proof)};
}

std::string escape_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ',') {
      out += "=2C";
    } else if (c == '=') {
      out += "=3D";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string salted_password(std::string_view password, std::string_view salt, unsigned iterations) {
  std::string out(32, '\0');
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                        reinterpret_cast<const unsigned char*>(salt.data()),
                        static_cast<int>(salt.size()), static_cast<int>(iterations), EVP_sha256(),
                        static_cast<int>(out.size()), reinterpret_cast<unsigned char*>(out.data()));
  if (done != 1) throw std::runtime_error("libcrypto failed");
  return out;
}

std::string exclusive_or(std::string_view a, std::string_view b) {
  std::string out(a);
  for (std::size_t i = 0; i < out.size() && i < b.size(); ++i) {
    out[i] =
        static_cast<char>(static_cast<unsigned char>(out[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return out;
}

}  // namespace scram

}  // namespace freehold::directory
