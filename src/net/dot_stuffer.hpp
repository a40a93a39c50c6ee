#pragma once

#include <string>
#include <string_view>

namespace freehold::net {

// Makes a message's text fit for SMTP's DATA and POP3's multi-line answers: doubles the dots at
// line starts and sets the end mark (RFC 5321, 4.5.2; RFC 1939, 3). A CR or LF that stands alone
// goes out as CRLF, so that nothing we send can be taken for an end of message by a lax peer.
class DotStuffer {
 public:
  void add(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  bool line_start_ = true;
  bool after_cr_ = false;  // the CR has not gone out yet
};

}  // namespace freehold::net
