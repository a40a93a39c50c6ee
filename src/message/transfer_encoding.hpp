#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace freehold::message {

// RFC 2045, 6. `identity` is 7bit, 8bit, binary and whatever is not known.
enum class TransferEncoding { identity, quoted_printable, base64 };
// Of the value of a Content-Transfer-Encoding field.
[[nodiscard]] TransferEncoding transfer_encoding(std::string_view value);

// Decodes a body that comes in pieces. Lenient: foreign characters in base64 are passed over,
// broken escapes in quoted-printable stay as they are.
class TransferDecoder {
 public:
  explicit TransferDecoder(TransferEncoding encoding) : encoding_(encoding) {}

  void decode(std::string_view piece, std::string& out);
  // What is still held back at the end of the body.
  void finish(std::string& out);

 private:
  void decode_base64(std::string_view piece, std::string& out);
  void decode_quoted_printable(std::string_view piece, std::string& out);
  std::size_t copy_plain_run(std::string_view text, std::string& out);
  void flush_pending(std::string& out);
  bool continue_escape(char c, std::string& out);

  TransferEncoding encoding_;
  std::uint32_t bits_ = 0;
  int bit_count_ = 0;
  std::string pending_;  // quoted-printable: an escape begun, or white space that may end the line
};

[[nodiscard]] std::string decode_transfer(std::string_view body, TransferEncoding encoding);

// Base64 in lines of 76 characters with CRLF, over bytes that come in pieces.
class Base64Encoder {
 public:
  void encode(std::string_view piece, std::string& out);
  void finish(std::string& out);

 private:
  void append_group(std::string_view three, std::string& out);

  std::string pending_;  // up to two bytes
  std::size_t column_ = 0;
};

[[nodiscard]] std::string encode_base64(std::string_view bytes);
// Quoted-printable in lines of at most 76 characters. In text CRLF (and a bare LF) is a line's end;
// otherwise every byte is kept.
[[nodiscard]] std::string encode_quoted_printable(std::string_view bytes, bool text = true);

}  // namespace freehold::message
