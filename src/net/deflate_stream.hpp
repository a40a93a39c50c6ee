#pragma once

#include <memory>

#include "net/stream.hpp"

namespace freehold::net {

// A layer over another stream that passes everything on, and from start() on compresses what is
// written and unpacks what is read (raw deflate, RFC 1951). Each write() can be understood by the
// peer when it has it. Lives inside its session; the stream below outlives it, and nothing else
// reads or writes that.
//
// What the peer sends and is no deflate ends reading with errc::bad_message; the end of its deflate
// stream is asio::error::eof.
class DeflateStream final : public Stream {
 public:
  explicit DeflateStream(Stream& below);
  ~DeflateStream() override;

  // `early`: what has been read from the stream below already and is compressed.
  void start(std::string_view early);
  [[nodiscard]] bool active() const { return codec_ != nullptr; }

  awaitable<IoResult<std::size_t>> read_some(std::span<char> into, Deadline) override;
  awaitable<IoResult<>> write(std::string_view bytes, Deadline) override;
  awaitable<IoResult<Wake>> wait_readable(Deadline) override;
  void interrupt() override { below_.interrupt(); }
  void cancel() override { below_.cancel(); }
  // Only before start(), for the layers stand the other way round.
  awaitable<IoResult<>> accept_tls(const TlsContext&, Deadline) override;
  using Stream::connect_tls;
  awaitable<IoResult<>> connect_tls(const TlsContext&, TlsPeer, Deadline) override;
  void close() override { below_.close(); }
  [[nodiscard]] const TlsInfo* tls() const override { return below_.tls(); }
  [[nodiscard]] const Endpoint& peer() const override { return below_.peer(); }
  [[nodiscard]] const Endpoint& local() const override { return below_.local(); }

 private:
  class Codec;
  awaitable<IoResult<std::size_t>> read_unpacked(std::span<char> into, Deadline);
  awaitable<IoResult<>> write_packed(std::string_view bytes, Deadline);
  awaitable<IoResult<Wake>> wait_unpacked(Deadline);

  Stream& below_;
  std::unique_ptr<Codec> codec_;  // since start()
};

}  // namespace freehold::net
