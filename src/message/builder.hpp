#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "message/header_writer.hpp"

namespace freehold::message {

// A MIME entity to be sent: its Content-… fields and its body, encoded. A multipart is made of
// finished ones, so a tree is built from the leaves.
class Entity {
 public:
  // Text in UTF-8, as 7bit, quoted-printable or base64, whichever fits.
  [[nodiscard]] static Entity text(std::string_view utf8, std::string_view subtype = "plain");
  // Bytes in base64. With a file name they are an attachment; an `inline_id` (without brackets)
  // makes them part of HTML.
  [[nodiscard]] static Entity file(std::string_view media_type, std::string_view bytes,
                                   std::string_view filename = {}, std::string_view inline_id = {});
  // A multipart; `parameters` besides the boundary (report-type, protocol).
  [[nodiscard]] static Entity multipart(std::string_view subtype, const std::vector<Entity>& parts,
                                        Parameters parameters = {});
  // A whole message, as it is: message/rfc822, or message/global when its header is not ASCII (RFC
  // 6532, 3.7).
  [[nodiscard]] static Entity message(std::string_view raw);
  // The header block of a message: text/rfc822-headers (RFC 3462, 2), or message/global-headers
  // (RFC 6533, 6).
  [[nodiscard]] static Entity message_headers(std::string_view raw);
  // A body that is in its final form; its encoding is named as its bytes need it.
  [[nodiscard]] static Entity verbatim(std::string_view media_type, std::string_view body);

  [[nodiscard]] const std::string& header() const { return header_; }
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  Entity(std::string header, std::string body, std::string_view encoding);

  std::string header_;
  std::string body_;
  std::string encoding_;
};

// "1f…@example.org", without brackets: 128 random bits.
[[nodiscard]] std::string make_message_id(std::string_view domain);

// A whole message: `fields` (From, To, Date, …), MIME-Version and the entity.
[[nodiscard]] std::string build_message(const HeaderWriter& fields, const Entity& content);

// Every line end (CRLF, LF, CR) as CRLF.
[[nodiscard]] std::string with_crlf(std::string_view text);

}  // namespace freehold::message
