#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "smtp/path.hpp"
#include "smtp/reply.hpp"

namespace freehold::smtp {

// A client's command, its arguments read and decoded (RFC 5321, 4.1.1 and the extensions' RFCs).

struct Hello {
  enum class Kind { helo, ehlo, lhlo };
  Kind kind = Kind::ehlo;
  std::string name;  // safe to be written into a header
};

enum class BodyType { seven_bit, eight_bit, binary };  // RFC 6152, RFC 3030
enum class DsnReturn { full, headers };                // RFC 3461, 4.3

struct MailParameters {
  std::optional<std::uint64_t> size;  // RFC 1870
  BodyType body = BodyType::seven_bit;
  bool smtputf8 = false;  // RFC 6531
  std::optional<DsnReturn> ret;
  std::string envid;         // decoded
  bool require_tls = false;  // RFC 8689
  std::string auth;          // RFC 4954, 5; decoded, "<>" for nobody
};

struct Mail {
  Path reverse_path;
  MailParameters parameters;
};

struct DsnNotify {  // RFC 3461, 4.1; none of them: NEVER
  bool success = false;
  bool failure = false;
  bool delay = false;
  bool operator==(const DsnNotify&) const = default;
};

struct RcptParameters {
  std::optional<DsnNotify> notify;
  std::string orcpt_type;  // "rfc822", "utf-8"; empty: no ORCPT was given
  std::string orcpt;       // decoded
};

struct Rcpt {
  Path forward_path;
  RcptParameters parameters;
};

struct Data {};
struct Bdat {  // RFC 3030
  std::uint64_t size = 0;
  bool last = false;
};
struct Rset {};
struct Noop {};
struct Quit {};
struct Help {};
struct Vrfy {};
struct Expn {};
struct StartTls {};
struct Auth {
  std::string mechanism;
  std::optional<std::string> initial;  // still in base64; "=" is an empty one
};

using Command =
    std::variant<Hello, Mail, Rcpt, Data, Bdat, Rset, Noop, Quit, Help, Vrfy, Expn, StartTls, Auth>;

// `line` without its CRLF. The error is the reply: 500 for an unknown command, 501 for malformed
// arguments, 555 for parameters that nobody has offered; its text names what is wrong.
[[nodiscard]] std::expected<Command, Reply> parse_command(std::string_view line);

// The parameters behind the path: " SIZE=1000 BODY=8BITMIME".
[[nodiscard]] std::expected<MailParameters, Reply> parse_mail_parameters(std::string_view text);
[[nodiscard]] std::expected<RcptParameters, Reply> parse_rcpt_parameters(std::string_view text);

}  // namespace freehold::smtp
