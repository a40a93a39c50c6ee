#include "store/packing.hpp"

#include <zstd.h>

#include <memory>
#include <new>

#include "store/reader.hpp"

namespace freehold::store {

namespace {

// The first byte of a body that is packed.
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

[[noreturn]] void fail() { throw ReadError("a stored body cannot be unpacked"); }

}  // namespace

bool pack(std::string_view stored, std::string& packed) {
  if (stored.size() <= kLeast || stored.front() != kUnpacked) return false;
  const auto bytes = stored.substr(1);
  packed.resize(1 + ZSTD_compressBound(bytes.size()));
  packed.front() = kZstd;
  const auto size = ZSTD_compressCCtx(&compressor(), packed.data() + 1, packed.size() - 1,
                                      bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0 || size >= bytes.size()) return false;
  packed.resize(1 + size);
  return true;
}

std::string unpack(std::string_view stored, std::size_t most) {
  if (stored.empty()) fail();
  const char form = stored.front();
  const auto packed = stored.substr(1);
  if (form == kUnpacked) {
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
