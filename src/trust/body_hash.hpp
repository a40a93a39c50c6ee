#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "trust/canonical.hpp"

namespace freehold::trust {

using Digest = BlobHash;  // SHA-256, the only hash of RFC 8301

// Which hash of a body a signature wants.
struct BodyForm {
  Canonicalization canonicalization = Canonicalization::simple;
  std::optional<std::uint64_t> length;  // l=: only so many canonical bytes
  bool operator==(const BodyForm&) const = default;
};

// The hash of a canonical body (RFC 6376, 3.4.3 and 3.4.4) whose bytes come in pieces of any size,
// with CRLF line ends (a lone CR or LF is text). Keeps a few KiB of it at a time.
class BodyHasher {
 public:
  explicit BodyHasher(BodyForm form);

  void update(std::string_view bytes);
  void finish();  // nothing may be added after it

  [[nodiscard]] const BodyForm& form() const { return form_; }
  [[nodiscard]] const Digest& digest() const { return digest_; }  // after finish()
  [[nodiscard]] std::uint64_t size() const { return size_; }      // of the whole canonical body

 private:
  static constexpr std::size_t kBuffer = 8192;
  static constexpr std::size_t kSlack =
      128;  // a block is stored whole before it is known how much counts

  // What the end of the last piece may turn out to be.
  enum class Held { nothing, space, space_cr };

  void relax(std::string_view bytes);
  const char* relax_blocks(const char* at, const char* end);
  void relax_byte(char c);
  void put(char c);
  void flush();
  void pass(std::string_view text);
  void release_lines();
  void hash(std::string_view text);

  BodyForm form_;
  Sha256 hash_;
  Digest digest_;
  std::uint64_t size_ = 0;
  std::uint64_t held_lines_ = 0;  // empty lines and line ends that count only when text follows
  bool held_cr_ = false;          // the first half of one more, perhaps
  Held held_ = Held::nothing;
  std::size_t used_ = 0;
  std::array<char, kBuffer + kSlack> buffer_;
};

// All hashes of one message's body that its verifiers, signers and sealers want, each made once.
// Belongs to one message in one thread; lives as long as those who asked for a hash.
class BodyHashes {
 public:
  using Index = std::size_t;

  // Before the body. Nothing when too many different ones are wanted (limits.hpp).
  [[nodiscard]] std::optional<Index> want(const BodyForm& form);

  void update(std::string_view bytes);
  void finish();

  [[nodiscard]] const BodyHasher& get(Index index) const { return *hashers_[index]; }

 private:
  std::vector<std::unique_ptr<BodyHasher>> hashers_;
};

}  // namespace freehold::trust
