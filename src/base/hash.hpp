#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/ids.hpp"

namespace freehold {

// SHA-256 over bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  // The digest of all so far; nothing may be added after it.
  [[nodiscard]] BlobHash finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] BlobHash sha256(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

// Bytes from the kernel's generator, fit for keys.
[[nodiscard]] std::string random_bytes(std::size_t count);
[[nodiscard]] std::uint64_t random_u64();
// Another one each time, also in other processes, that anybody may guess.
[[nodiscard]] std::uint64_t unique_u64();

// Compares in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace freehold
