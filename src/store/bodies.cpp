#include "store/bodies.hpp"

#include <algorithm>
#include <chrono>

#include "base/bytes.hpp"
#include "schema/store.pb.h"
#include "store/keys.hpp"
#include "store/packing.hpp"
#include "store/records.hpp"

namespace freehold::store {

namespace {

std::string new_id() {
  using namespace std::chrono;
  const auto now = duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
  std::string id;
  append_u64(id, static_cast<std::uint64_t>(now));
  append_u64(id, unique_u64());
  return id;
}

std::string pieces_prefix(const schema::Body& body) {
  return keys::pieces(body.bulk() ? keys::Table::bulk_piece : keys::Table::body_piece, body.id());
}

std::string id_of_small(const schema::Body& body) {
  return body.bulk() ? std::string() : body.id();
}

// The body stays until the commit; one that this transaction itself stores needs no such promise.
void require_stored(Transaction& tx, const BlobHash& hash) {
  auto key = keys::body(hash);
  if (!tx.has_changed(key)) tx.assertions().require_present(std::move(key));
}

void put_record(Transaction& tx, const BlobHash& hash, schema::Body body) {
  body.set_generation(unique_u64());
  tx.put(keys::body(hash), body.SerializeAsString());
}

bool has_link(const Reader& reader, const BlobHash& hash) {
  bool found = false;
  reader.scan(prefix_range(keys::body_links(hash)), [&found](auto, auto) {
    found = true;
    return false;
  });
  return found;
}

void erase_range(Batch& batch, const Reader& reader, std::string_view prefix) {
  reader.scan(prefix_range(prefix), [&batch](std::string_view key, auto) {
    batch.erase(std::string(key));
    return true;
  });
}

}  // namespace

BodyWriter::BodyWriter(Engine& engine) : engine_(&engine), piece_(1, kUnpacked), id_(new_id()) {}
BodyWriter::~BodyWriter() = default;
BodyWriter::BodyWriter(BodyWriter&&) noexcept = default;

Result<> BodyWriter::append(std::string_view bytes) {
  digest_.update(bytes);
  size_ += bytes.size();
  while (!bytes.empty()) {
    const auto taken = bytes.substr(0, kPieceSize - in_piece());
    piece_.append(taken);
    bytes.remove_prefix(taken.size());
    if (in_piece() == kPieceSize && (large() || !bytes.empty())) {
      if (auto written = write_piece(); !written) return written;
    }
  }
  return {};
}

Result<> BodyWriter::write_piece() {
  if (!bulk_) {
    auto writer = engine_->bulk_writer();
    if (!writer) return writer.error();
    bulk_ = std::move(*writer);
  }
  auto written = bulk_->put(keys::piece(keys::Table::bulk_piece, id_, pieces_),
                            std::string_view(piece_).substr(1));
  ++pieces_;
  piece_.resize(1);
  return written;
}

Result<IncomingBody> BodyWriter::finish() {
  IncomingBody body;
  body.size = size_;
  body.id = id_;
  if (!large()) {
    body.hash = digest_.finish();
    body.stored = std::move(piece_);
    return body;
  }
  if (in_piece() != 0) {
    if (auto written = write_piece(); !written) return written.error();
  }
  // First the note that these pieces may be nobody's, so that a crash leaves nothing that is not
  // known.
  Batch pending;
  pending.put(keys::bulk_pending(id_), {});
  if (auto noted = engine_->commit_blocking(std::move(pending)); !noted) return noted.error();
  if (auto done = bulk_->finish(); !done) return done.error();
  body.hash = digest_.finish();
  body.bulk = true;
  return body;
}

IncomingBody incoming_body(std::string_view bytes) {
  return {sha256(bytes), bytes.size(), std::string(1, kUnpacked).append(bytes), new_id(), false};
}

std::string link(Transaction& tx, const IncomingBody& body, std::string_view owner) {
  tx.put(keys::body_link(body.hash, owner), {});
  if (auto stored = read<schema::Body>(tx, keys::body(body.hash))) {
    require_stored(tx, body.hash);
    auto id = id_of_small(*stored);
    put_record(tx, body.hash, std::move(*stored));
    return id;
  }
  schema::Body record;
  record.set_size(body.size);
  record.set_piece_size(kPieceSize);
  record.set_id(body.id);
  record.set_bulk(body.bulk);
  if (body.bulk) {
    tx.erase(keys::bulk_pending(body.id));
  } else {
    tx.put(keys::piece(keys::Table::body_piece, body.id, 0), body.stored);
  }
  // Another transaction may link the same bytes from elsewhere first; then this one is built again
  // upon that.
  tx.assertions().require_absent(keys::body(body.hash));
  auto id = id_of_small(record);
  put_record(tx, body.hash, std::move(record));
  return id;
}

bool link_stored(Transaction& tx, const BlobHash& hash, std::string_view owner) {
  auto stored = read<schema::Body>(tx, keys::body(hash));
  if (!stored) return false;
  tx.put(keys::body_link(hash, owner), {});
  require_stored(tx, hash);
  put_record(tx, hash, std::move(*stored));
  return true;
}

void unlink(Transaction& tx, const BlobHash& hash, std::string_view owner) {
  tx.erase(keys::body_link(hash, owner));
  // Another value each time, so that a collection under way does not take this note for the one it
  // saw.
  tx.put(keys::unlinked(hash), random_bytes(8));
}

std::vector<std::optional<std::string>> read_small(const Reader& reader,
                                                   std::span<const std::string> ids) {
  std::vector<std::string> pieces;
  pieces.reserve(ids.size());
  for (const auto& id : ids) pieces.push_back(keys::piece(keys::Table::body_piece, id, 0));
  auto bodies = reader.multi_get(pieces);
  for (auto& body : bodies) {
    if (body) body = unpack(*body, kPieceSize);
  }
  return bodies;
}

std::optional<BodyReader> BodyReader::open(const Reader& reader, const BlobHash& hash) {
  const auto body = read<schema::Body>(reader, keys::body(hash));
  if (!body || body->piece_size() == 0) return std::nullopt;
  return BodyReader(reader, pieces_prefix(*body), !body->bulk(), body->size(), body->piece_size());
}

BodyReader BodyReader::small(const Reader& reader, std::string_view id, std::uint64_t size) {
  return BodyReader(reader, keys::pieces(keys::Table::body_piece, id), true, size,
                    static_cast<std::uint32_t>(kPieceSize));
}

BodyReader BodyReader::of(const Reader& reader, const IncomingBody& body) {
  return BodyReader(reader, keys::pieces(keys::Table::bulk_piece, body.id), false, body.size,
                    static_cast<std::uint32_t>(kPieceSize));
}

std::string BodyReader::read(std::uint64_t offset, std::size_t most) const {
  if (offset >= size_) return {};
  std::string key = prefix_;
  append_u32(key, static_cast<std::uint32_t>(offset / piece_size_));
  auto piece = reader_->get(key);
  const auto within = static_cast<std::size_t>(offset % piece_size_);
  if (piece && packed_) piece = unpack(*piece, piece_size_);
  if (!piece || within >= piece->size()) return {};
  if (within == 0 && most >= piece->size()) return std::move(*piece);
  return piece->substr(within, most);
}

std::string BodyReader::all() const {
  std::string bytes = read(0);
  while (bytes.size() < size_) {
    const auto more = read(bytes.size());
    if (more.empty()) break;
    bytes += more;
  }
  return bytes;
}

std::size_t collect_unlinked(Engine& engine, std::size_t most) {
  std::vector<std::pair<BlobHash, std::string>> candidates;  // with their notes
  const auto prefix = keys::table(keys::Table::unlinked);
  engine.latest().scan(prefix_range(prefix), [&](std::string_view key, std::string_view note) {
    BlobHash hash;
    if (key.size() == 1 + hash.bytes.size()) {
      std::ranges::copy(key.substr(1), hash.bytes.begin());
      candidates.emplace_back(hash, note);
    }
    return candidates.size() < most;
  });
  std::size_t gone = 0;
  for (const auto& [hash, note] : candidates) {
    const auto snapshot = engine.snapshot();
    const auto seen = snapshot->get(keys::body(hash));
    Batch batch;
    batch.require_equals(keys::unlinked(hash), note);
    batch.erase(keys::unlinked(hash));
    const bool collect = seen && !has_link(*snapshot, hash);
    if (collect) {
      batch.require_equals(keys::body(hash), *seen);
      batch.erase(keys::body(hash));
      erase_range(batch, *snapshot, pieces_prefix(decode<schema::Body>("b", *seen)));
    }
    if (engine.commit_blocking(std::move(batch)) && collect) ++gone;
  }
  return gone;
}

void forget(Engine& engine, const IncomingBody& body) {
  if (!body.bulk) return;
  Batch batch;
  erase_range(batch, engine.latest(), keys::pieces(keys::Table::bulk_piece, body.id));
  batch.erase(keys::bulk_pending(body.id));
  static_cast<void>(engine.commit_blocking(std::move(batch)));
}

void collect_abandoned(Engine& engine) {
  std::vector<std::string> pending;
  engine.latest().scan(prefix_range(keys::table(keys::Table::bulk_pending)),
                       [&pending](std::string_view key, auto) {
                         pending.emplace_back(key.substr(1));
                         return true;
                       });
  for (const auto& id : pending) {
    Batch batch;
    erase_range(batch, engine.latest(), keys::pieces(keys::Table::bulk_piece, id));
    batch.erase(keys::bulk_pending(id));
    static_cast<void>(engine.commit_blocking(std::move(batch)));
  }
}

}  // namespace freehold::store
