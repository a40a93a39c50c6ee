#include "net/deflate_stream.hpp"

#include <zlib.h>

#include <array>
#include <boost/asio/error.hpp>
#include <new>
#include <optional>

namespace freehold::net {

namespace asio = boost::asio;

namespace {

// The peer may use all of deflate's window; zlib takes those 32 KiB only when it needs them. Ours
// is smaller, and so are its tables: 48 KiB for each connection, where zlib's defaults take 256.
constexpr int kPeersWindow = -MAX_WBITS;  // negative: without zlib's header
constexpr int kOurWindow = -13;
constexpr int kOurMemory = 5;
constexpr int kLevel = 4;  // half the time of zlib's default for nearly its size
constexpr std::size_t kPiece = 16 * 1024;
constexpr std::size_t kReadAtOnce = 4096;

Bytef* bytes_of(const char* text) {
  // zlib does not write to its input; its interface is older than const.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

}  // namespace

// Both directions' state. Nothing here waits.
class DeflateStream::Codec {
 public:
  explicit Codec(std::string_view early) : packed_(early) {
    if (deflateInit2(&out_, kLevel, Z_DEFLATED, kOurWindow, kOurMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      throw std::bad_alloc();
    }
    if (inflateInit2(&in_, kPeersWindow) != Z_OK) {
      deflateEnd(&out_);
      throw std::bad_alloc();
    }
    offer();
  }
  ~Codec() {
    deflateEnd(&out_);
    inflateEnd(&in_);
  }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // As much as fits of what can be unpacked; nothing: more has to come first.
  std::size_t unpack(std::span<char> into) {
    std::size_t count = 0;
    if (ahead_ && !into.empty()) {
      into[count++] = *ahead_;
      ahead_.reset();
    }
    const auto room = into.subspan(count);
    if (room.empty() || failed_) return count;
    in_.next_out = bytes_of(room.data());
    in_.avail_out = static_cast<uInt>(std::min(room.size(), kPiece));
    const auto before = in_.avail_out;
    const int result = inflate(&in_, Z_SYNC_FLUSH);
    if (result == Z_STREAM_END) {
      failed_ = asio::error::eof;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      failed_ = make_error_code(boost::system::errc::bad_message);
    }
    // An idle connection holds no buffer.
    if (in_.avail_in == 0) packed_ = {};
    return count + (before - in_.avail_out);
  }

  // Whether unpack() would have something.
  bool has_unpacked() {
    if (ahead_) return true;
    char byte = 0;
    if (unpack({&byte, 1}) == 0) return false;
    ahead_ = byte;
    return true;
  }

  // Why nothing more will come.
  [[nodiscard]] const error_code& failed() const { return failed_; }
  void fail(error_code why) { failed_ = why; }

  // More from the peer, after unpack() had nothing.
  void give(std::string packed) {
    packed_ = std::move(packed);
    offer();
  }

  // Compresses; all of it is out when the piece is not full.
  std::span<const char> pack(std::string_view& bytes, std::span<char> piece) {
    out_.next_in = bytes_of(bytes.data());
    out_.avail_in = static_cast<uInt>(std::min(bytes.size(), kPiece));
    const auto given = out_.avail_in;
    out_.next_out = bytes_of(piece.data());
    out_.avail_out = static_cast<uInt>(piece.size());
    deflate(&out_, given == bytes.size() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    bytes.remove_prefix(given - out_.avail_in);
    return piece.first(piece.size() - out_.avail_out);
  }

 private:
  void offer() {
    in_.next_in = bytes_of(packed_.data());
    in_.avail_in = static_cast<uInt>(packed_.size());
  }

  z_stream out_{};
  z_stream in_{};
  std::string packed_;         // what in_ reads from
  std::optional<char> ahead_;  // was unpacked to see whether there is anything
  error_code failed_;
};

DeflateStream::DeflateStream(Stream& below) : below_(below) {}
DeflateStream::~DeflateStream() = default;

void DeflateStream::start(std::string_view early) { codec_ = std::make_unique<Codec>(early); }

awaitable<IoResult<std::size_t>> DeflateStream::read_some(std::span<char> into, Deadline deadline) {
  return active() ? read_unpacked(into, deadline) : below_.read_some(into, deadline);
}

awaitable<IoResult<>> DeflateStream::write(std::string_view bytes, Deadline deadline) {
  return active() ? write_packed(bytes, deadline) : below_.write(bytes, deadline);
}

awaitable<IoResult<Wake>> DeflateStream::wait_readable(Deadline deadline) {
  return active() ? wait_unpacked(deadline) : below_.wait_readable(deadline);
}

awaitable<IoResult<>> DeflateStream::accept_tls(const TlsContext& context, Deadline deadline) {
  if (active()) co_return make_error_code(boost::system::errc::operation_not_supported);
  co_return co_await below_.accept_tls(context, deadline);
}

awaitable<IoResult<>> DeflateStream::connect_tls(const TlsContext& context, TlsPeer peer,
                                                 Deadline deadline) {
  if (active()) co_return make_error_code(boost::system::errc::operation_not_supported);
  co_return co_await below_.connect_tls(context, std::move(peer), deadline);
}

awaitable<IoResult<std::size_t>> DeflateStream::read_unpacked(std::span<char> into,
                                                              Deadline deadline) {
  if (into.empty()) co_return std::size_t{0};
  while (true) {
    if (const auto count = codec_->unpack(into); count > 0) co_return count;
    if (codec_->failed()) co_return codec_->failed();
    std::string packed(kReadAtOnce, '\0');
    const IoResult<std::size_t> read = co_await below_.read_some(packed, deadline);
    if (!read) co_return read.error();
    packed.resize(*read);
    codec_->give(std::move(packed));
  }
}

// What the peer sends may hold no byte yet (an empty block): a session that is told to read would
// wait there, and hear of no news. So it is unpacked here until there is one.
awaitable<IoResult<Wake>> DeflateStream::wait_unpacked(Deadline deadline) {
  while (!codec_->has_unpacked()) {
    if (codec_->failed()) co_return Wake::readable;  // the next read tells it
    const IoResult<Wake> wake = co_await below_.wait_readable(deadline);
    if (!wake || *wake == Wake::interrupted) co_return wake;
    std::string packed(kReadAtOnce, '\0');
    const IoResult<std::size_t> read = co_await below_.read_some(packed, deadline);
    if (!read && read.error() == boost::system::errc::timed_out) co_return read.error();
    if (!read) {
      codec_->fail(read.error());
      continue;
    }
    packed.resize(*read);
    codec_->give(std::move(packed));
  }
  co_return Wake::readable;
}

awaitable<IoResult<>> DeflateStream::write_packed(std::string_view bytes, Deadline deadline) {
  // Not in the coroutine's frame, which would be as large.
  const auto piece = std::make_unique_for_overwrite<std::array<char, kPiece>>();
  std::span<const char> packed;
  do {
    packed = codec_->pack(bytes, *piece);
    if (packed.empty()) continue;
    const auto sent = co_await below_.write({packed.data(), packed.size()}, deadline);
    if (!sent) co_return sent.error();
  } while (!bytes.empty() || packed.size() == piece->size());
  co_return IoResult<>{};
}

}  // namespace freehold::net
