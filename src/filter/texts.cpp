#include "filter/texts.hpp"

#include <algorithm>

#include "filter/limits.hpp"
#include "message/charset.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::filter {

namespace {

std::string decode_part(const message::Part& part, const ReadBytes& bytes, std::size_t most) {
  message::TransferDecoder decoder(part.transfer());
  std::string decoded;
  std::uint64_t at = part.body_begin;
  const std::uint64_t end = std::min<std::uint64_t>(part.body_end, at + kMaxRawText);
  while (at < end && decoded.size() < most) {
    const std::string piece =
        bytes(at, static_cast<std::size_t>(std::min<std::uint64_t>(end - at, 16 * 1024)));
    if (piece.empty()) break;
    decoder.decode(piece, decoded);
    at += piece.size();
  }
  if (at >= part.body_end) decoder.finish(decoded);
  if (decoded.size() > most) decoded.resize(most);
  std::string utf8 = message::to_utf8(decoded, part.charset());
  utf8.resize(message::utf8_prefix(utf8, kMaxText).size());
  return utf8;
}

}  // namespace

std::vector<Text> read_texts(const message::Parsed& parsed, const ReadBytes& bytes) {
  std::vector<Text> texts;
  std::size_t together = 0;
  for (std::size_t i = 0; i < parsed.parts.size() && texts.size() < kMaxTextParts; ++i) {
    const message::Part& part = parsed.parts[i];
    const bool html = part.is("text", "html");
    if (!html && part.type != "text") continue;
    if (message::is_attachment(parsed.parts, i)) continue;
    const std::size_t room = std::min(kMaxText, kMaxTextTogether - together);
    if (room == 0) break;
    texts.push_back({html, decode_part(part, bytes, room)});
    together += std::min(texts.back().utf8.size(), room);
  }
  return texts;
}

std::vector<Text> read_texts(const message::Parsed& parsed, std::string_view whole) {
  return read_texts(parsed, [whole](std::uint64_t offset, std::size_t most) {
    if (offset >= whole.size()) return std::string();
    return std::string(whole.substr(static_cast<std::size_t>(offset), most));
  });
}

}  // namespace freehold::filter
