#include "trust/packing.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

#include "base/bytes.hpp"

namespace freehold::trust {

namespace {

using Outcome = Unpacked::Outcome;

constexpr int kGzip = 15 + 16;  // zlib's window bits with a gzip header
constexpr std::size_t kPieceSize = std::size_t{32} * 1024;
constexpr std::size_t kRatioFree = std::size_t{1} << 20;

// zlib counts in unsigned int.
bool fits_zlib(std::string_view bytes) { return bytes.size() < (std::size_t{1} << 30); }

Bytef* zlib_bytes(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

bool is_too_much(std::size_t out, std::size_t in, const UnpackLimits& limits) {
  return out > limits.output || (out > kRatioFree && out / limits.ratio > in);
}

struct Inflater {
  Inflater() { ready = inflateInit2(&stream, kGzip) == Z_OK; }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  z_stream stream{};
  bool ready = false;
};

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};
using ArchivePointer = std::unique_ptr<archive, FreeArchive>;

Unpacked read_entry(archive* from, std::size_t packed_size, const UnpackLimits& limits) {
  Unpacked out;
  std::array<char, kPieceSize> piece;
  while (true) {
    const la_ssize_t count = archive_read_data(from, piece.data(), piece.size());
    if (count < 0) return {Outcome::broken, {}};
    if (count == 0) break;
    out.bytes.append(piece.data(), static_cast<std::size_t>(count));
    if (is_too_much(out.bytes.size(), packed_size, limits)) return {Outcome::too_large, {}};
  }
  out.outcome = Outcome::done;
  return out;
}

bool is_wanted(archive_entry* entry, std::string_view suffix) {
  if (archive_entry_filetype(entry) != AE_IFREG) return false;
  const char* path = archive_entry_pathname(entry);
  const std::string_view name = path ? path : "";
  return name.size() >= suffix.size() && iequals(name.substr(name.size() - suffix.size()), suffix);
}

}  // namespace

std::string gzip(std::string_view bytes) {
  if (!fits_zlib(bytes)) throw std::length_error("too much for one gzip file");
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = zlib_bytes(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = zlib_bytes(out);
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib did not finish");
  return out;
}

Unpacked gunzip(std::string_view packed, const UnpackLimits& limits) {
  if (!fits_zlib(packed)) return {Outcome::too_large, {}};
  Inflater inflater;
  if (!inflater.ready) throw std::bad_alloc();
  z_stream& stream = inflater.stream;
  stream.next_in = zlib_bytes(packed);
  stream.avail_in = static_cast<uInt>(packed.size());
  Unpacked out;
  std::array<char, kPieceSize> piece;
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) return {Outcome::broken, {}};
    out.bytes.append(piece.data(), piece.size() - stream.avail_out);
    if (is_too_much(out.bytes.size(), packed.size(), limits)) return {Outcome::too_large, {}};
    if (result != Z_STREAM_END) continue;
    const bool another =
        stream.avail_in >= 2 && stream.next_in[0] == 0x1F && stream.next_in[1] == 0x8B;
    if (!another) break;
    inflateReset(&stream);
  }
  out.outcome = Outcome::done;
  return out;
}

Unpacked unzip(std::string_view packed, std::string_view suffix, const UnpackLimits& limits) {
  const ArchivePointer from(archive_read_new());
  if (!from) throw std::bad_alloc();
  archive_read_support_format_zip(from.get());
  if (archive_read_open_memory(from.get(), packed.data(), packed.size()) != ARCHIVE_OK) {
    return {Outcome::broken, {}};
  }
  for (std::size_t i = 0; i < limits.entries; ++i) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(from.get(), &entry);
    if (result == ARCHIVE_EOF) break;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return {Outcome::broken, {}};
    if (is_wanted(entry, suffix)) return read_entry(from.get(), packed.size(), limits);
  }
  return {Outcome::no_entry, {}};
}

Unpacked unpack(std::string_view bytes, std::string_view suffix, const UnpackLimits& limits) {
  if (bytes.starts_with("\x1F\x8B")) return gunzip(bytes, limits);
  if (bytes.starts_with("PK\x03\x04")) return unzip(bytes, suffix, limits);
  if (bytes.size() > limits.output) return {Outcome::too_large, {}};
  return {Outcome::done, std::string(bytes)};
}

}  // namespace freehold::trust
