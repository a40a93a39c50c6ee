#include "message/builder.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "message/charset.hpp"
#include "message/transfer_encoding.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxLine = 998;  // RFC 5322, 2.1.1

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

// What the bytes need when they may not be changed (RFC 2045, 2.7 to 2.9).
std::string_view identity_encoding(std::string_view body) {
  if (longest_line(body) > kMaxLine + 1 || body.contains('\0')) return "binary";
  return is_ascii(body) ? "7bit" : "8bit";
}

std::string_view text_encoding(std::string_view text) {
  if (is_ascii(text) && !text.contains('\0') && longest_line(text) <= kMaxLine + 1) return "7bit";
  const auto foreign = static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return static_cast<unsigned char>(c) >= 128 || c == '\0'; }));
  return foreign * 6 <= text.size() ? "quoted-printable"
                                    : "base64";  // about where both are as long
}

// The fields up to the empty line.
std::string_view header_of(std::string_view raw) {
  if (raw.starts_with("\r\n")) return {};
  const std::size_t end = raw.find("\r\n\r\n");
  return end == std::string_view::npos ? raw : raw.substr(0, end + 2);
}

// "=_" is in no quoted-printable or base64 text; in other parts it is looked for.
std::string safe_boundary(const std::vector<Entity>& parts) {
  while (true) {
    std::string boundary = "=_" + hex(random_bytes(16));
    const bool taken = std::ranges::any_of(
        parts, [&](const Entity& part) { return part.body().contains(boundary); });
    if (!taken) return boundary;
  }
}

}  // namespace

Entity::Entity(std::string header, std::string body, std::string_view encoding)
    : header_(std::move(header)), body_(std::move(body)), encoding_(encoding) {
  if (encoding_ != "7bit") header_ += "Content-Transfer-Encoding: " + encoding_ + "\r\n";
}

Entity Entity::text(std::string_view utf8, std::string_view subtype) {
  const std::string text = with_crlf(guess_utf8(utf8));
  HeaderWriter header;
  header.parameterized("Content-Type", "text/" + std::string(subtype),
                       {{"charset", is_ascii(text) ? "us-ascii" : "utf-8"}});
  const std::string_view encoding = text_encoding(text);
  if (encoding == "7bit") return {header.str(), text, encoding};
  return {header.str(), encoding == "base64" ? encode_base64(text) : encode_quoted_printable(text),
          encoding};
}

Entity Entity::file(std::string_view media_type, std::string_view bytes, std::string_view filename,
                    std::string_view inline_id) {
  HeaderWriter header;
  Parameters name, disposition;
  if (!filename.empty()) {
    name.push_back({"name", std::string(filename)});
    disposition.push_back({"filename", std::string(filename)});
  }
  header.parameterized("Content-Type", media_type, name);
  header.parameterized("Content-Disposition", inline_id.empty() ? "attachment" : "inline",
                       disposition);
  if (!inline_id.empty()) header.raw("Content-ID", '<' + std::string(inline_id) + '>');
  return {header.str(), encode_base64(bytes), "base64"};
}

Entity Entity::multipart(std::string_view subtype, const std::vector<Entity>& parts,
                         Parameters parameters) {
  const std::string boundary = safe_boundary(parts);
  parameters.push_back({"boundary", boundary});
  std::string body;
  std::string_view encoding = "7bit";
  for (const Entity& part : parts) {
    // A container's encoding is the widest one within it (RFC 2045, 6.4).
    if (part.encoding_ == "binary" || (part.encoding_ == "8bit" && encoding == "7bit")) {
      encoding = part.encoding_;
    }
    body += "--" + boundary + "\r\n" + part.header_ + "\r\n" + part.body_ + "\r\n";
  }
  body += "--" + boundary + "--\r\n";
  HeaderWriter header;
  header.parameterized("Content-Type", "multipart/" + std::string(subtype), parameters);
  return {header.str(), std::move(body), encoding};
}

Entity Entity::message(std::string_view raw) {
  return verbatim(is_ascii(header_of(raw)) ? "message/rfc822" : "message/global", raw);
}

Entity Entity::message_headers(std::string_view raw) {
  const std::string_view fields = header_of(raw);
  return verbatim(is_ascii(fields) ? "text/rfc822-headers" : "message/global-headers", fields);
}

Entity Entity::verbatim(std::string_view media_type, std::string_view body) {
  HeaderWriter header;
  header.raw("Content-Type", media_type);
  return {header.str(), std::string(body), identity_encoding(body)};
}

std::string make_message_id(std::string_view domain) {
  return hex(random_bytes(16)) + '@' + std::string(domain);
}

std::string build_message(const HeaderWriter& fields, const Entity& content) {
  return fields.str() + "MIME-Version: 1.0\r\n" + content.header() + "\r\n" + content.body();
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '\r' && c != '\n') {
      out.push_back(c);
      continue;
    }
    out.append("\r\n");
    if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  return out;
}

}  // namespace freehold::message
