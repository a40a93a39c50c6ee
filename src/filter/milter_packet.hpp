#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The milter protocol's bytes, as Sendmail's libmilter (version 6) speaks them. There is no RFC: a
// packet is four bytes of length, a letter, and a payload of numbers in network order and of texts
// that end by NUL. Pure.
namespace freehold::filter::milter {

// What we say.
enum class Command : char {
  abort = 'A',
  body = 'B',
  connect = 'C',
  macro = 'D',
  end_of_body = 'E',
  helo = 'H',
  header = 'L',
  mail = 'M',
  end_of_header = 'N',
  negotiate = 'O',
  quit = 'Q',
  rcpt = 'R',
  data = 'T',
};

void append_packet(std::string& out, Command command, std::string_view payload);
// A text ends at its first NUL, if it has one: what follows would be read as another text.
void append_text(std::string& payload, std::string_view text);

inline constexpr std::size_t kLengthBytes = 4;
// How many bytes follow these four, the letter among them; nothing: more than is read, or none.
[[nodiscard]] std::optional<std::size_t> packet_size(std::string_view length);

// Takes a payload apart from its front. Each call gives nothing where the payload ends too early.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view payload) : rest_(payload) {}

  [[nodiscard]] std::optional<std::uint32_t> number();
  [[nodiscard]] std::optional<std::string_view> text();
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace freehold::filter::milter
