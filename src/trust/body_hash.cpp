#include "trust/body_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

// Sixty-four bytes at once: the compiler makes vector instructions of these, and a mask of a
// comparison.
constexpr std::size_t kBlock = 64;
using Block = unsigned char __attribute__((ext_vector_type(kBlock)));
using Flags = bool __attribute__((ext_vector_type(kBlock)));
using Mask = std::uint64_t;

Mask where(const Block& block, char c) {
  return std::bit_cast<Mask>(
      __builtin_convertvector(block == static_cast<unsigned char>(c), Flags));
}

// For each byte, what the mask says of the one after it; the last one's is given.
Mask of_next(Mask mask, bool last) { return (mask >> 1) | (static_cast<Mask>(last) << 63); }

bool is_wsp(char c) { return c == ' ' || c == '\t'; }

// Copies a block, tabs as spaces.
void store(char* to, const char* from) {
  Block block;
  std::memcpy(&block, from, kBlock);
  const Block spaces = static_cast<unsigned char>(' ');
  block = block == static_cast<unsigned char>('\t') ? spaces : block;
  std::memcpy(to, &block, kBlock);
}

// The white space that goes: all of a run but its last, and that too before CRLF. Looks at two
// bytes beyond the block.
Mask dropped(const char* at) {
  Block block;
  std::memcpy(&block, at, kBlock);
  const Mask space = where(block, ' ') | where(block, '\t');
  const Mask cr = where(block, '\r');
  Mask line_end = 0;
  if (cr != 0 || at[kBlock] == '\r') {
    line_end = cr & of_next(where(block, '\n'), at[kBlock] == '\n');
  }
  const bool next_is_line_end = at[kBlock] == '\r' && at[kBlock + 1] == '\n';
  return space & of_next(space | line_end, is_wsp(at[kBlock]) || next_is_line_end);
}

}  // namespace

BodyHasher::BodyHasher(BodyForm form) : form_(form) {}

void BodyHasher::update(std::string_view bytes) {
  if (form_.canonicalization == Canonicalization::relaxed) {
    relax(bytes);
  } else if (used_ + bytes.size() <= kBuffer) {
    std::ranges::copy(bytes, buffer_.data() + used_);
    used_ += bytes.size();
  } else {
    flush();
    pass(bytes);
  }
}

void BodyHasher::finish() {
  if (held_ == Held::space_cr) {  // no line end after all
    put(' ');
    put('\r');
  }
  flush();
  if (held_cr_) {
    release_lines();
    hash("\r");
  }
  // The empty lines that are still held go; a simple body has one line end at least, a relaxed one
  // only when there is something in it.
  if (size_ > 0 || form_.canonicalization == Canonicalization::simple) hash("\r\n");
  digest_ = hash_.finish();
}

void BodyHasher::relax(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (at != end) {
    if (held_ == Held::nothing && end - at >= static_cast<std::ptrdiff_t>(2 * kBlock)) {
      at = relax_blocks(at, end);
    } else {
      relax_byte(*at++);
    }
  }
}

// As many whole blocks as can be read with one more behind them.
const char* BodyHasher::relax_blocks(const char* at, const char* end) {
  for (; end - at >= static_cast<std::ptrdiff_t>(2 * kBlock); at += kBlock) {
    if (used_ + kBlock > kBuffer) flush();
    Mask drop = dropped(at);
    char* to = buffer_.data() + used_;
    std::size_t from = 0;
    // Each stretch that stays is stored as a whole block; the next one overwrites what was too
    // much.
    while (drop != 0) {
      const auto stop = static_cast<std::size_t>(std::countr_zero(drop));
      store(to, at + from);
      to += stop - from;
      const auto run = static_cast<std::size_t>(std::countr_one(drop >> stop));
      from = stop + run;
      drop = from >= kBlock ? 0 : drop >> from << from;
    }
    if (from < kBlock) {
      store(to, at + from);
      to += kBlock - from;
    }
    used_ = static_cast<std::size_t>(to - buffer_.data());
  }
  return at;
}

void BodyHasher::relax_byte(char c) {
  if (held_ == Held::space) {
    if (is_wsp(c)) return;
    if (c == '\r') {
      held_ = Held::space_cr;
      return;
    }
    put(' ');
  } else if (held_ == Held::space_cr) {
    if (c != '\n') put(' ');
    put('\r');
  }
  held_ = is_wsp(c) ? Held::space : Held::nothing;
  if (held_ == Held::nothing) put(c);
}

void BodyHasher::put(char c) {
  if (used_ == kBuffer) flush();
  buffer_[used_++] = c;
}

void BodyHasher::flush() {
  pass({buffer_.data(), used_});
  used_ = 0;
}

// Holds back the line ends at the end of the text, which are not hashed when no text follows.
void BodyHasher::pass(std::string_view text) {
  if (text.empty()) return;
  if (held_cr_) {
    held_cr_ = false;
    if (text.front() == '\n') {
      ++held_lines_;
      text.remove_prefix(1);
      if (text.empty()) return;
    } else {
      release_lines();
      hash("\r");
    }
  }
  held_cr_ = text.back() == '\r';
  if (held_cr_) text.remove_suffix(1);
  std::uint64_t lines = 0;
  for (; text.ends_with("\r\n"); ++lines) text.remove_suffix(2);
  if (!text.empty()) {
    release_lines();
    hash(text);
  }
  held_lines_ += lines;
}

void BodyHasher::release_lines() {
  static constexpr std::string_view kLines =
      "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";
  while (held_lines_ > 0) {
    const std::uint64_t some = std::min<std::uint64_t>(held_lines_, kLines.size() / 2);
    hash(kLines.substr(0, some * 2));
    held_lines_ -= some;
  }
}

void BodyHasher::hash(std::string_view text) {
  const std::uint64_t before = size_;
  size_ += text.size();
  if (form_.length) {
    text = text.substr(0, *form_.length > before ? *form_.length - before : 0);
  }
  if (!text.empty()) hash_.update(text);
}

std::optional<BodyHashes::Index> BodyHashes::want(const BodyForm& form) {
  const auto found =
      std::ranges::find_if(hashers_, [&](const auto& hasher) { return hasher->form() == form; });
  if (found != hashers_.end()) return static_cast<Index>(found - hashers_.begin());
  if (hashers_.size() >= kMaxBodyHashes) return std::nullopt;
  hashers_.push_back(std::make_unique<BodyHasher>(form));
  return hashers_.size() - 1;
}

void BodyHashes::update(std::string_view bytes) {
  for (const auto& hasher : hashers_) hasher->update(bytes);
}

void BodyHashes::finish() {
  for (const auto& hasher : hashers_) hasher->finish();
}

}  // namespace freehold::trust
