#include "net/line_reader.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>
#include <utility>

namespace freehold::net {

namespace {

// The buffer grows to what a line needs; most lines of all protocols fit in the first size.
constexpr std::size_t kFirstCapacity = 4096;
// Large enough that a message body comes in few reads.
constexpr std::size_t kChunkCapacity = 32 * 1024;

class LineErrorCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "line"; }
  std::string message(int value) const override {
    switch (static_cast<LineError>(value)) {
      case LineError::too_long:
        return "the line is too long";
      case LineError::bare_cr:
        return "CR without LF in a line";
      case LineError::bare_lf:
        return "LF without CR";
    }
    return "unknown error in a line";
  }
};

}  // namespace

error_code make_error_code(LineError error) {
  static const LineErrorCategory category;
  return {static_cast<int>(error), category};
}

LineReader::LineReader(Stream& stream, std::size_t max_line)
    : stream_(stream), max_line_(std::max<std::size_t>(max_line, 2)) {}

awaitable<IoResult<std::string_view>> LineReader::read_line(Deadline deadline) {
  std::size_t scanned = 0;  // so that a line that trickles in is not searched again and again
  while (true) {
    const std::string_view have = buffered();
    const std::size_t lf = have.find('\n', scanned);
    if (lf != std::string_view::npos) co_return take_line(lf);
    if (skipping_) {
      consume(have.size());
    } else if (have.size() >= max_line_) {
      skipping_ = true;
      skip_reason_ = make_error_code(LineError::too_long);
      consume(have.size());
    }
    scanned = end_ - begin_;
    const IoResult<> filled = co_await fill(kFirstCapacity, deadline);
    if (!filled) co_return filled.error();
  }
}

// Takes the line that ends with the LF at `lf`.
IoResult<std::string_view> LineReader::take_line(std::size_t lf) {
  std::string_view line = buffered().substr(0, lf);
  consume(lf + 1);
  if (skipping_) {
    skipping_ = false;
    return skip_reason_;
  }
  if (line.size() + 1 > max_line_) return make_error_code(LineError::too_long);
  const bool crlf = line.ends_with('\r');
  if (crlf) line.remove_suffix(1);
  if (line.find('\r') != std::string_view::npos) return make_error_code(LineError::bare_cr);
  if (!crlf) return make_error_code(LineError::bare_lf);
  return line;
}

awaitable<IoResult<std::string_view>> LineReader::read_chunk(std::size_t most, Deadline deadline) {
  if (begin_ == end_) {
    // With room for the line behind it, which mostly comes along. The peer is in the middle of
    // something: no need to ask whether there is anything before there is a buffer.
    readable_ = true;
    const auto room = std::min(most, kChunkCapacity - kFirstCapacity) + kFirstCapacity;
    const IoResult<> filled = co_await fill(room, deadline);
    if (!filled) co_return filled.error();
  }
  const std::string_view chunk = buffered().substr(0, most);
  consume(chunk.size());
  co_return chunk;
}

awaitable<IoResult<Wake>> LineReader::wait_readable(Deadline deadline) {
  if (begin_ != end_) co_return Wake::readable;
  release();
  const auto woken = co_await stream_.wait_readable(deadline);
  readable_ = woken && *woken == Wake::readable;
  co_return woken;
}

std::string_view LineReader::buffered() const {
  return begin_ == end_ ? std::string_view{}
                        : std::string_view(buffer_.get() + begin_, end_ - begin_);
}

void LineReader::consume(std::size_t count) { begin_ += std::min(count, end_ - begin_); }

void LineReader::put_back(std::size_t count) { begin_ -= std::min(count, begin_); }

void LineReader::discard() {
  release();
  readable_ = false;
}

// Reads some bytes behind those that are there.
awaitable<IoResult<>> LineReader::fill(std::size_t room, Deadline deadline) {
  bool interrupted = false;
  const bool readable = std::exchange(readable_, false);
  if (begin_ == end_ && (!readable || capacity_ < room)) release();
  if (begin_ == end_ && !readable) {
    const IoResult<Wake> wake = co_await stream_.wait_readable(deadline);
    if (!wake) co_return wake.error();
    interrupted = *wake == Wake::interrupted;
  }
  make_room(room);
  const std::span<char> free(buffer_.get() + end_, capacity_ - end_);
  const IoResult<std::size_t> count = co_await stream_.read_some(free, deadline);
  // The interruption was meant for the session's own wait_readable.
  if (interrupted) stream_.interrupt();
  if (!count) co_return count.error();
  end_ += *count;
  co_return IoResult<>{};
}

// Makes room for at least one more byte of a line, and for `room` when the buffer is new.
void LineReader::make_room(std::size_t room) {
  const std::size_t size = end_ - begin_;
  if (size == capacity_) {
    const std::size_t grown = std::min(capacity_ * 2, std::max(max_line_, capacity_ + 1));
    const std::size_t wanted = capacity_ == 0 ? std::max<std::size_t>(room, 1) : grown;
    auto buffer = std::make_unique_for_overwrite<char[]>(wanted);
    if (size != 0) std::memcpy(buffer.get(), buffer_.get() + begin_, size);
    buffer_ = std::move(buffer);
    capacity_ = wanted;
  } else if (begin_ != 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, size);
  }
  begin_ = 0;
  end_ = size;
}

void LineReader::release() {
  buffer_.reset();
  capacity_ = begin_ = end_ = 0;
}

}  // namespace freehold::net
