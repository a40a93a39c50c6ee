#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "store/engine.hpp"
#include "store/transaction.hpp"

// Bodies are content-addressed: stored once and found by the SHA-256 of their bytes, kept while a
// link names them. A link belongs to an owner (an email of an account, a queued message). What lost
// its last link is collected later, by a batch that asserts that nobody linked it meanwhile. The
// bytes lie in the order in which bodies came, so that a mailbox is read nearly in one go.
namespace freehold::store {

// A body up to this size travels in the batch that links it; a larger one streams to disk in pieces
// of this size.
constexpr std::size_t kPieceSize = std::size_t{256} << 10;

// A body on its way into the store: what BodyWriter::finish() leaves for link(). Holds the bytes of
// a small body.
struct IncomingBody {
  BlobHash hash;
  std::uint64_t size = 0;
  std::string stored;  // the whole of a small body, in the form in which it is stored
  std::string id;      // of its pieces, if it is these that are stored
  bool bulk = false;   // a large one: its pieces are on disk already

  // Of a small body; empty of a large one.
  [[nodiscard]] std::string_view bytes() const {
    return std::string_view(stored).substr(stored.empty() ? 0 : 1);
  }
};

// Takes a body as it arrives. Used by one coroutine; the engine outlives it.
class BodyWriter {
 public:
  explicit BodyWriter(Engine& engine);
  ~BodyWriter();
  BodyWriter(BodyWriter&&) noexcept;

  // Blocks shortly for each full piece of a large body.
  [[nodiscard]] Result<> append(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // More than one piece has come: finish() waits for the disk, so call it in a pool.
  [[nodiscard]] bool large() const { return bulk_ != nullptr; }
  [[nodiscard]] Result<IncomingBody> finish();

 private:
  [[nodiscard]] Result<> write_piece();
  [[nodiscard]] std::size_t in_piece() const { return piece_.size() - 1; }

  Engine* engine_;
  Sha256 digest_;
  std::uint64_t size_ = 0;
  std::string piece_;  // one in front of it, as a small body is stored
  std::unique_ptr<BulkWriter> bulk_;
  std::string id_;
  std::uint32_t pieces_ = 0;
};

// A whole small body at once.
[[nodiscard]] IncomingBody incoming_body(std::string_view bytes);

// Links the body to `owner`, storing its bytes unless they are there. Several transactions may link
// one IncomingBody. Returns what finds the bytes of a small body at once (BodyReader::small), which
// holds as long as this link does; empty for a large one.
std::string link(Transaction& tx, const IncomingBody& body, std::string_view owner);
// Links a stored body once more; false: it is gone.
[[nodiscard]] bool link_stored(Transaction& tx, const BlobHash& hash, std::string_view owner);
// A finished body that will not be linked: what of it is on disk goes. Blocks.
void forget(Engine& engine, const IncomingBody& body);
void unlink(Transaction& tx, const BlobHash& hash, std::string_view owner);

// Many small bodies at once, each by what link() has said of it; nothing: it is gone.
[[nodiscard]] std::vector<std::optional<std::string>> read_small(const Reader& reader,
                                                                 std::span<const std::string> ids);

// Reads a stored body piece by piece. The reader it is made with outlives it; a body whose last
// link goes meanwhile may end early (read returns an empty string).
class BodyReader {
 public:
  [[nodiscard]] static std::optional<BodyReader> open(const Reader& reader, const BlobHash& hash);
  // What link() said of a small one; it is read without a look at its record.
  [[nodiscard]] static BodyReader small(const Reader& reader, std::string_view id,
                                        std::uint64_t size);
  // Of a large one that is on its way in.
  [[nodiscard]] static BodyReader of(const Reader& reader, const IncomingBody& body);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Bytes from `offset` to the end of the piece that holds it, at most `most`. Empty at the end.
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t most = kPieceSize) const;
  // The whole of it; for bodies known to be small.
  [[nodiscard]] std::string all() const;

 private:
  BodyReader(const Reader& reader, std::string prefix, bool packed, std::uint64_t size,
             std::uint32_t piece_size)
      : reader_(&reader),
        prefix_(std::move(prefix)),
        packed_(packed),
        size_(size),
        piece_size_(piece_size) {}

  const Reader* reader_;
  std::string prefix_;  // of its pieces' keys
  bool packed_;
  std::uint64_t size_;
  std::uint32_t piece_size_;
};

// Removes bodies that have lost their last link, at most `most` in one call; returns how many went.
// Blocks.
std::size_t collect_unlinked(Engine& engine, std::size_t most);
// Removes what large bodies left that were on their way in when the server died. Only before any
// session runs. Blocks.
void collect_abandoned(Engine& engine);

}  // namespace freehold::store
