#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/stream.hpp"

namespace freehold::net {

// What ended a line that was too long or wrong; made into an error_code of this category.
enum class LineError { too_long = 1, bare_cr, bare_lf };
[[nodiscard]] error_code make_error_code(LineError);

// Reads a stream by lines and by counted bytes over one bounded buffer. The buffer exists only
// while there is something in it or a read is under way, so that an idle session costs none. Lives
// inside its session and refers to the session's stream, which outlives it.
class LineReader {
 public:
  // `max_line` counts the CRLF.
  LineReader(Stream& stream, std::size_t max_line);

  // The next line without its CRLF; valid until the next call. A line ends by CRLF only.
  // LineError::too_long, bare_cr and bare_lf are reported after the whole line (up to its CRLF or
  // LF) has been skipped, so that the session can answer and go on. A final unterminated line is
  // eof.
  awaitable<IoResult<std::string_view>> read_line(Deadline);

  // Some bytes, at most `most`: first what is buffered. Valid until the next call.
  awaitable<IoResult<std::string_view>> read_chunk(std::size_t most, Deadline);

  // As Stream::wait_readable, but at once when something is buffered.
  awaitable<IoResult<Wake>> wait_readable(Deadline);

  // Bytes that have come and were not taken yet: a pipelining client's further commands. For a peer
  // that has to wait for an answer these are an offence (RFC 3207, 4.2; RFC 2920).
  [[nodiscard]] std::string_view buffered() const;
  // Takes `count` bytes of buffered().
  void consume(std::size_t count);
  // Gives back the last `count` bytes of the chunk that read_chunk has just returned.
  void put_back(std::size_t count);
  // Forgets what is buffered: at STARTTLS, so that nothing sent in plain text is obeyed later.
  void discard();

 private:
  IoResult<std::string_view> take_line(std::size_t lf);
  awaitable<IoResult<>> fill(std::size_t room, Deadline);
  void make_room(std::size_t room);
  void release();

  Stream& stream_;
  std::size_t max_line_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool readable_ = false;  // so it was found, and nothing has been read since
  bool skipping_ = false;
  error_code skip_reason_;
};

}  // namespace freehold::net

template <>
struct boost::system::is_error_code_enum<freehold::net::LineError> : std::true_type {};
