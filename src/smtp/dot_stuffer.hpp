#pragma once

#include <string>
#include <string_view>

namespace freehold::smtp {

// Makes a message's text fit for DATA: doubles the dots at line starts and sets the end mark (RFC
// 5321, 4.5.2). A CR or LF that stands alone goes out as CRLF, so that nothing we send can be taken
// for an end of message by a lax server.
class DotStuffer {
 public:
  void add(std::string_view text, std::string& out);
  void finish(std::string& out);

 private:
  bool line_start_ = true;
  bool after_cr_ = false;  // the CR has not gone out yet
};

}  // namespace freehold::smtp
