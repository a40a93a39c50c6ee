#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/stream.hpp"

namespace freehold::net {

namespace asio = boost::asio;

namespace {

// As much as a socket's buffers would take before a writer has to wait for the reader.
constexpr std::size_t kCapacity = 256 * 1024;

// A wait for the other end, one at a time; the timer is both deadline and alarm.
class Bell {
 public:
  awaitable<void> wait(Deadline deadline) {
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor, deadline);
    timer_ = &timer;
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    timer_ = nullptr;
  }

  void ring() {
    if (timer_ != nullptr) timer_->cancel();
  }

 private:
  asio::steady_timer* timer_ = nullptr;
};

// One direction.
struct Pipe {
  std::string bytes;
  bool ended = false;   // by the writer
  bool broken = false;  // by the reader
  Bell reader;
  Bell writer;

  void ring() {
    reader.ring();
    writer.ring();
  }
};

bool is_over(Deadline deadline) { return deadline <= Deadline::clock::now(); }

class MemoryStream final : public Stream {
 public:
  // The pipes are shared by the two ends.
  MemoryStream(std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out, std::uint16_t port,
               std::uint16_t peer_port)
      : in_(std::move(in)),
        out_(std::move(out)),
        peer_{IpAddress::v4({127, 0, 0, 1}), peer_port},
        local_{IpAddress::v4({127, 0, 0, 1}), port} {}

  ~MemoryStream() override { close(); }

  awaitable<IoResult<std::size_t>> read_some(std::span<char> into, Deadline deadline) override {
    while (true) {
      if (cancelled_) co_return error_code{asio::error::operation_aborted};
      if (!in_->bytes.empty()) break;
      if (in_->ended) co_return error_code{asio::error::eof};
      if (is_over(deadline)) co_return error_code{asio::error::timed_out};
      co_await in_->reader.wait(deadline);
    }
    const std::size_t count = std::min(into.size(), in_->bytes.size());
    std::copy_n(in_->bytes.begin(), count, into.begin());
    in_->bytes.erase(0, count);
    in_->writer.ring();
    co_return count;
  }

  awaitable<IoResult<>> write(std::string_view bytes, Deadline deadline) override {
    while (!bytes.empty()) {
      if (out_->broken || out_->ended) co_return asio::error::broken_pipe;
      const std::size_t room = kCapacity - out_->bytes.size();
      if (room == 0) {
        if (is_over(deadline)) co_return asio::error::timed_out;
        co_await out_->writer.wait(deadline);
        continue;
      }
      const std::string_view part = bytes.substr(0, room);
      out_->bytes += part;
      bytes.remove_prefix(part.size());
      out_->reader.ring();
    }
    co_return IoResult<>{};
  }

  awaitable<IoResult<Wake>> wait_readable(Deadline deadline) override {
    while (true) {
      if (cancelled_) co_return asio::error::operation_aborted;
      if (interrupted_) {
        interrupted_ = false;
        co_return Wake::interrupted;
      }
      if (!in_->bytes.empty() || in_->ended) co_return Wake::readable;
      if (is_over(deadline)) co_return asio::error::timed_out;
      co_await in_->reader.wait(deadline);
    }
  }

  void interrupt() override {
    interrupted_ = true;
    in_->reader.ring();
  }

  void cancel() override {
    cancelled_ = true;
    in_->reader.ring();
  }

  awaitable<IoResult<>> accept_tls(const TlsContext&, Deadline) override {
    co_return asio::error::operation_not_supported;
  }
  awaitable<IoResult<>> connect_tls(const TlsContext&, TlsPeer, Deadline) override {
    co_return asio::error::operation_not_supported;
  }

  void close() override {
    out_->ended = true;
    in_->broken = true;
    out_->ring();
    in_->ring();
  }

  const TlsInfo* tls() const override { return nullptr; }
  const Endpoint& peer() const override { return peer_; }
  const Endpoint& local() const override { return local_; }

 private:
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  Endpoint peer_;
  Endpoint local_;
  bool cancelled_ = false;
  bool interrupted_ = false;
};

}  // namespace

std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> memory_streams() {
  const auto there = std::make_shared<Pipe>();
  const auto back = std::make_shared<Pipe>();
  return {std::make_unique<MemoryStream>(there, back, 1, 2),
          std::make_unique<MemoryStream>(back, there, 2, 1)};
}

}  // namespace freehold::net
