#include "directory/password.hpp"

#include <sodium.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace freehold::directory {

namespace {

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium does not start");
}

}  // namespace

std::string hash_password(const std::string& password) {
  ensure_sodium();
  std::string encoded(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(encoded.data(), password.data(), password.size(),
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool verify_password(const std::string& encoded, const std::string& password) {
  ensure_sodium();
  return crypto_pwhash_str_verify(encoded.c_str(), password.data(), password.size()) == 0;
}

Result<> acceptable_password(std::string_view password) {
  const auto invalid = [](std::string what) {
    return problem(Problem::Kind::invalid, std::move(what), "password", "choose another password");
  };
  if (password.size() < 8) return invalid("the password is shorter than 8 characters");
  if (password.size() > 512) return invalid("the password is longer than 512 octets");
  const bool control = std::ranges::any_of(
      password, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (control) return invalid("the password has control characters");
  return {};
}

PasswordCache::PasswordCache() : key_(random_bytes(32)) {}

std::string PasswordCache::keyed_hash(AccountId account, std::string_view encoded,
                                      std::string_view password) const {
  std::string text;
  append_u64(text, account.value);
  append_u32(text, static_cast<std::uint32_t>(encoded.size()));
  text.append(encoded).append(password);
  auto hash = hmac_sha256(key_, text);
  sodium_memzero(text.data(), text.size());
  return hash;
}

bool PasswordCache::contains(AccountId account, std::string_view encoded,
                             std::string_view password) {
  const auto hash = keyed_hash(account, encoded, password);
  std::lock_guard lock(mutex_);
  const auto found = until_.find(hash);
  return found != until_.end() && Clock::now() < found->second;
}

void PasswordCache::remember(AccountId account, std::string_view encoded,
                             std::string_view password) {
  auto hash = keyed_hash(account, encoded, password);
  std::lock_guard lock(mutex_);
  if (until_.size() >= kMost) {
    std::erase_if(until_, [now = Clock::now()](const auto& entry) { return entry.second < now; });
    if (until_.size() >= kMost) until_.clear();
  }
  until_[std::move(hash)] = Clock::now() + kLifetime;
}

}  // namespace freehold::directory
