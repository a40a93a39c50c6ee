#include "net/dot_stuffer.hpp"

#include <algorithm>

namespace freehold::net {

void DotStuffer::add(std::string_view text, std::string& out) {
  while (!text.empty()) {
    if (after_cr_) {
      after_cr_ = false;
      line_start_ = true;
      out += "\r\n";
      if (text.front() == '\n') text.remove_prefix(1);
      continue;
    }
    if (line_start_ && text.front() == '.') out += '.';
    line_start_ = false;
    const std::size_t lf = std::min(text.find('\n'), text.size());
    const std::size_t stop = std::min(text.substr(0, lf).find('\r'), lf);
    out += text.substr(0, stop);
    if (stop == text.size()) return;
    if (text[stop] == '\r') {
      after_cr_ = true;
    } else {
      line_start_ = true;
      out += "\r\n";
    }
    text.remove_prefix(stop + 1);
  }
}

void DotStuffer::finish(std::string& out) {
  if (after_cr_ || !line_start_) out += "\r\n";
  out += ".\r\n";
  *this = {};
}

}  // namespace freehold::net
