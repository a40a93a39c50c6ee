#include "imap/message_url.hpp"

#include <limits>

#include "base/bytes.hpp"
#include "base/percent.hpp"
#include "base/utf8.hpp"

namespace freehold::imap {

namespace {

std::optional<std::uint32_t> number32(std::string_view text) {
  const auto number = parse_number(text);
  if (!number || *number == 0 || *number > std::numeric_limits<std::uint32_t>::max())
    return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

// "offset" or "offset.count"; without a count it goes to the end.
std::optional<std::pair<std::uint64_t, std::uint64_t>> range_of(std::string_view text) {
  const auto dot = text.find('.');
  const auto offset = parse_number(text.substr(0, dot));
  if (!offset) return std::nullopt;
  if (dot == std::string_view::npos)
    return std::pair(*offset, std::numeric_limits<std::uint64_t>::max());
  const auto count = parse_number(text.substr(dot + 1));
  if (!count || *count == 0) return std::nullopt;
  return std::pair(*offset, *count);
}

// Takes "name=value" from the front, up to a '/' or the end.
std::optional<std::string_view> take_parameter(std::string_view& text, std::string_view name) {
  if (!istarts_with(text, name)) return std::nullopt;
  text.remove_prefix(name.size());
  const auto value = text.substr(0, text.find("/;"));
  text.remove_prefix(value.size());
  return value;
}

bool read_part(std::string_view text, MessageUrl& url) {
  if (const auto section = take_parameter(text, "/;SECTION=")) {
    const auto decoded = percent_decoded(*section);
    auto parsed = decoded ? parse_section(*decoded) : std::nullopt;
    if (!parsed) return false;
    url.section = std::move(*parsed);
  }
  if (const auto partial = take_parameter(text, "/;PARTIAL=")) {
    url.partial = range_of(*partial);
    if (!url.partial) return false;
  }
  return text.empty();
}

}  // namespace

std::optional<MessageUrl> MessageUrl::parse(std::string_view text) {
  if (!text.starts_with('/') || text.starts_with("//")) return std::nullopt;
  const auto mark = to_upper(text).find("/;UID=");
  if (mark == std::string::npos) return std::nullopt;
  auto mailbox = text.substr(1, mark == 0 ? 0 : mark - 1);
  auto rest = text.substr(mark);

  MessageUrl url;
  constexpr std::string_view kValidity = ";UIDVALIDITY=";
  if (const auto at = to_upper(mailbox).find(kValidity); at != std::string::npos) {
    url.uid_validity = number32(mailbox.substr(at + kValidity.size()));
    if (!url.uid_validity) return std::nullopt;
    mailbox = mailbox.substr(0, at);
  }
  const auto path = percent_decoded(mailbox);
  if (!path || path->empty() || !is_utf8(*path)) return std::nullopt;
  url.mailbox = *path;
  const auto uid = take_parameter(rest, "/;UID=");
  const auto number = uid ? number32(*uid) : std::nullopt;
  if (!number) return std::nullopt;
  url.uid = *number;
  if (!read_part(rest, url)) return std::nullopt;
  return url;
}

}  // namespace freehold::imap
