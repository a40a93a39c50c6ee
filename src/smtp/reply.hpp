#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::smtp {

// An enhanced status code, "5.1.1" (RFC 3463). Class 0: there is none.
struct Status {
  std::uint16_t klass = 0;
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;

  [[nodiscard]] bool present() const { return klass != 0; }
  [[nodiscard]] std::string text() const;
  bool operator==(const Status&) const = default;
};

// Takes "5.1.1" and the white space behind it from the front; none when it does not stand there.
[[nodiscard]] Status take_status(std::string_view& text);

struct Reply {
  int code = 0;
  Status status;
  std::vector<std::string> lines;

  Reply() = default;
  Reply(int reply_code, Status enhanced, std::string text)
      : code(reply_code), status(enhanced), lines{std::move(text)} {}

  [[nodiscard]] bool positive() const { return code >= 200 && code < 400; }
  [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
  [[nodiscard]] bool permanent() const { return code >= 500 && code < 600; }
  // The lines joined by spaces, without code and status.
  [[nodiscard]] std::string text() const;
  // "550 5.1.1 no such user", for logs and DSNs.
  [[nodiscard]] std::string full_text() const;
  bool operator==(const Reply&) const = default;
};

// As it goes over the wire: each line with the code and the status (RFC 2034, 4). Control
// characters in the text become
// '?', so that text from elsewhere cannot make a reply of its own; too long lines are cut.
void append_reply(std::string& out, const Reply& reply);

// Puts a server's reply together from its lines.
class ReplyParser {
 public:
  enum class State { more, complete, malformed };

  // `line` without CRLF. After complete or malformed a new reply may be begun.
  [[nodiscard]] State add_line(std::string_view line);
  // The reply of the last complete.
  [[nodiscard]] Reply take();

 private:
  Reply reply_;
  bool begun_ = false;
};

}  // namespace freehold::smtp
