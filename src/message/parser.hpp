#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/envelope.hpp"
#include "message/header.hpp"
#include "message/part.hpp"

namespace freehold::message {

// What a message may make the parser keep. Beyond them the rest is opaque body, and Parsed::limited
// is set.
struct Limits {
  std::size_t header = 512 * 1024;             // the top header block
  std::size_t part_header = 64 * 1024;         // each other one,
  std::size_t part_headers = 4 * 1024 * 1024;  // and all of them together
  std::size_t fields = 2000;                   // per block
  std::size_t parts = 1000;
  std::size_t depth = 32;                // of nested multiparts and messages
  std::size_t preview_input = 8 * 1024;  // raw bytes of the first text that are looked at
  std::size_t preview = 256;             // characters
};

// All that is known of a message once it has been read; the body is not in it.
struct Parsed {
  Header header;  // the top block as it came, with its empty line
  Envelope envelope;
  std::vector<Part> parts;                     // see Part; there is always a root
  std::uint64_t size = 0;                      // of the whole message in octets
  std::string preview;                         // of the first text, in plain UTF-8
  std::optional<std::size_t> first_text_part;  // text/plain, or text/html where there is no other
  bool has_attachment = false;

  bool limited = false;           // a limit cut the tree
  bool header_truncated = false;  // `header` is not the whole block
  bool eight_bit = false;         // a byte above 127 somewhere
  bool bare_lf = false;           // a line that ends without CR
  bool has_nul = false;
};

// Reads a message that comes in pieces of any size, in one pass, and keeps headers only. It never
// fails: a broken message is still a message. Used by one thread; after finish() it is used up.
class Parser {
 public:
  explicit Parser(const Limits& limits = {});
  ~Parser();
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;

  void feed(std::string_view bytes);
  [[nodiscard]] Parsed finish();

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

// A whole message at once.
[[nodiscard]] Parsed parse(std::string_view message, const Limits& limits = {});

}  // namespace freehold::message
