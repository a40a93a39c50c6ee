#include "message/transfer_encoding.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kColumns = 76;      // RFC 2045, 6.7 and 6.8
constexpr std::size_t kMaxPending = 998;  // more white space than a line may have is not its end
constexpr std::string_view kHex = "0123456789ABCDEF";

constexpr std::array<std::int16_t, 256> kBase64Value = [] {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int16_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int16_t>(i);
  }
  return table;
}();

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_escape(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('=');
  out.push_back(kHex[byte >> 4]);
  out.push_back(kHex[byte & 15]);
}

}  // namespace

TransferEncoding transfer_encoding(std::string_view value) {
  value = trim(value);
  if (istarts_with(value, "base64")) return TransferEncoding::base64;
  if (istarts_with(value, "quoted-printable")) return TransferEncoding::quoted_printable;
  return TransferEncoding::identity;
}

void TransferDecoder::decode(std::string_view piece, std::string& out) {
  switch (encoding_) {
    case TransferEncoding::identity:
      out.append(piece);
      return;
    case TransferEncoding::base64:
      decode_base64(piece, out);
      return;
    case TransferEncoding::quoted_printable:
      decode_quoted_printable(piece, out);
      return;
  }
}

void TransferDecoder::finish(std::string& out) {
  if (encoding_ != TransferEncoding::quoted_printable) return;
  if (!pending_.empty() && pending_[0] == '=' && pending_.size() > 1 && !is_space(pending_[1])) {
    out.append(pending_);
  }
  pending_.clear();
}

void TransferDecoder::decode_base64(std::string_view piece, std::string& out) {
  out.reserve(out.size() + piece.size() / 4 * 3 + 3);
  for (const char c : piece) {
    const int value = kBase64Value[static_cast<unsigned char>(c)];
    if (value < 0) {
      if (c == '=') bit_count_ = 0;  // the end of one encoded text; another may be glued to it
      continue;
    }
    bits_ = (bits_ << 6) | static_cast<std::uint32_t>(value);
    bit_count_ += 6;
    if (bit_count_ >= 8) {
      bit_count_ -= 8;
      out.push_back(static_cast<char>(bits_ >> bit_count_));
    }
  }
}

void TransferDecoder::flush_pending(std::string& out) {
  out.append(pending_);
  pending_.clear();
}

// True when `c` was taken: pending_ is "=", "=X", or "=" and white space (a soft line break with
// padding).
bool TransferDecoder::continue_escape(char c, std::string& out) {
  if (c == '\n') {
    pending_.clear();
    return true;
  }
  const bool padded = pending_.size() > 1 && is_space(pending_[1]);
  if (is_space(c) && (padded || pending_.size() == 1) && pending_.size() < kMaxPending) {
    pending_.push_back(c);
    return true;
  }
  if (!padded && hex_value(c) >= 0) {
    if (pending_.size() == 1) {
      pending_.push_back(c);
    } else {
      out.push_back(static_cast<char>(hex_value(pending_[1]) * 16 + hex_value(c)));
      pending_.clear();
    }
    return true;
  }
  flush_pending(out);
  return false;
}

// Text up to the next "=" or line end; the white space before it may be a line's last and is held
// back.
std::size_t TransferDecoder::copy_plain_run(std::string_view text, std::string& out) {
  std::size_t end = 0;
  while (end < text.size() && text[end] != '=' && text[end] != '\r' && text[end] != '\n') ++end;
  if (end == 0) return 0;
  std::size_t visible = end;
  while (visible > 0 && (text[visible - 1] == ' ' || text[visible - 1] == '\t')) --visible;
  if (visible > 0 || pending_.size() + end > kMaxPending) flush_pending(out);
  visible = std::max(visible, end - std::min(end, kMaxPending));
  out.append(text.substr(0, visible));
  pending_.append(text.substr(visible, end - visible));
  return end;
}

void TransferDecoder::decode_quoted_printable(std::string_view piece, std::string& out) {
  while (!piece.empty()) {
    const char c = piece[0];
    if (!pending_.empty() && pending_[0] == '=' && continue_escape(c, out)) {
      piece.remove_prefix(1);
      continue;
    }
    if (!pending_.empty() && pending_.back() == '\r' && c != '\n') flush_pending(out);
    if (const std::size_t run = copy_plain_run(piece, out)) {
      piece.remove_prefix(run);
      continue;
    }
    piece.remove_prefix(1);
    if (c == '\n') {
      const bool crlf = !pending_.empty() && pending_.back() == '\r';
      pending_.clear();  // white space at a line's end was added on the way (RFC 2045, 6.7, rule 3)
      out.append(crlf ? "\r\n" : "\n");
      continue;
    }
    if (c == '=') flush_pending(out);
    pending_.push_back(c);
  }
}

std::string decode_transfer(std::string_view body, TransferEncoding encoding) {
  std::string out;
  TransferDecoder decoder(encoding);
  decoder.decode(body, out);
  decoder.finish(out);
  return out;
}

void Base64Encoder::append_group(std::string_view three, std::string& out) {
  if (column_ == kColumns) {
    out.append("\r\n");
    column_ = 0;
  }
  out.append(base64(three));
  column_ += 4;
}

void Base64Encoder::encode(std::string_view piece, std::string& out) {
  while (!piece.empty() && !pending_.empty() && pending_.size() < 3) {
    pending_.push_back(piece.front());
    piece.remove_prefix(1);
  }
  if (pending_.size() == 3) {
    append_group(pending_, out);
    pending_.clear();
  }
  out.reserve(out.size() + piece.size() / 57 * 78 + 80);
  while (piece.size() >= 3) {
    const std::size_t room = (kColumns - column_) / 4 * 3;
    const std::size_t take = std::min(room, piece.size() / 3 * 3);
    if (take > 0) {
      out.append(base64(piece.substr(0, take)));
      column_ += take / 3 * 4;
      piece.remove_prefix(take);
    } else {
      out.append("\r\n");
      column_ = 0;
    }
  }
  pending_.append(piece);
}

void Base64Encoder::finish(std::string& out) {
  if (!pending_.empty()) append_group(pending_, out);
  if (column_ > 0) out.append("\r\n");
  pending_.clear();
  column_ = 0;
}

std::string encode_base64(std::string_view bytes) {
  std::string out;
  Base64Encoder encoder;
  encoder.encode(bytes, out);
  encoder.finish(out);
  return out;
}

std::string encode_quoted_printable(std::string_view bytes, bool text) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 4);
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const char next = i + 1 < bytes.size() ? bytes[i + 1] : '\0';
    if (text && (c == '\n' || (c == '\r' && next == '\n'))) {
      out.append("\r\n");
      column = 0;
      if (c == '\r') ++i;
      continue;
    }
    const bool at_line_end = next == '\r' || next == '\n' || i + 1 == bytes.size();
    const bool blank = c == ' ' || c == '\t';
    // A dot or "From " at the beginning of a line would be changed by careless relays (RFC 2049,
    // 3).
    const bool fragile = column == 0 && (c == '.' || (c == 'F' && bytes.substr(i, 5) == "From "));
    const bool plain = !fragile && ((c > ' ' && c <= '~' && c != '=') || (blank && !at_line_end));
    const std::size_t width = plain ? 1 : 3;
    if (column + width > kColumns - 1) {
      out.append("=\r\n");
      column = 0;
    }
    plain ? out.push_back(c) : append_escape(out, c);
    column += width;
  }
  return out;
}

}  // namespace freehold::message
