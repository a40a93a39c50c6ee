#include "store/packing.hpp"

#include <zstd.h>

#include <memory>
#include <new>

#include "store/reader.hpp"

namespace freehold::store {

namespace {

// The first byte of what is packed.
constexpr char kPlain = '=';
constexpr char kZstd = 'z';

// Higher ones take twice the time and more for some percent.
constexpr int kLevel = 1;
// Shorter texts have nothing that repeats.
constexpr std::size_t kLeast = 64;

struct Free {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

// Their tables are large, so each thread makes them once.
ZSTD_CCtx& compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  if (!context) throw std::bad_alloc();
  return *context;
}

ZSTD_DCtx& decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (!context) throw std::bad_alloc();
  return *context;
}

std::string plain(std::string_view bytes) {
  std::string packed(1, kPlain);
  packed += bytes;
  return packed;
}

[[noreturn]] void fail() { throw ReadError("a stored body cannot be unpacked"); }

}  // namespace

std::string pack(std::string_view bytes) {
  if (bytes.size() < kLeast) return plain(bytes);
  std::string packed(1 + ZSTD_compressBound(bytes.size()), kZstd);
  const auto size = ZSTD_compressCCtx(&compressor(), packed.data() + 1, packed.size() - 1,
                                      bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0 || size >= bytes.size()) return plain(bytes);
  packed.resize(1 + size);
  packed.shrink_to_fit();
  return packed;
}

std::string unpack(std::string_view packed, std::size_t most) {
  if (packed.empty()) fail();
  const char form = packed.front();
  packed.remove_prefix(1);
  if (form == kPlain) {
    if (packed.size() > most) fail();
    return std::string(packed);
  }
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (form != kZstd || size > most) fail();  // its two error values are very large
  std::string bytes(static_cast<std::size_t>(size), '\0');
  const auto got = ZSTD_decompressDCtx(&decompressor(), bytes.data(), bytes.size(), packed.data(),
                                       packed.size());
  if (got != bytes.size()) fail();
  return bytes;
}

}  // namespace freehold::store
