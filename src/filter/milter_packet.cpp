#include "filter/milter_packet.hpp"

#include "base/bytes.hpp"
#include "filter/limits.hpp"

namespace freehold::filter::milter {

void append_packet(std::string& out, Command command, std::string_view payload) {
  append_u32(out, static_cast<std::uint32_t>(payload.size() + 1));
  out += static_cast<char>(command);
  out += payload;
}

void append_text(std::string& payload, std::string_view text) {
  payload += text.substr(0, text.find('\0'));
  payload += '\0';
}

std::optional<std::size_t> packet_size(std::string_view length) {
  const std::size_t size = read_u32(length);
  if (size == 0 || size > kMaxMilterPacket) return std::nullopt;
  return size;
}

std::optional<std::uint32_t> PayloadReader::number() {
  if (rest_.size() < 4) return std::nullopt;
  const auto number = read_u32(rest_);
  rest_.remove_prefix(4);
  return number;
}

std::optional<std::string_view> PayloadReader::text() {
  const auto end = rest_.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const auto text = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return text;
}

}  // namespace freehold::filter::milter
