#include "smtp/data_reader.hpp"

#include <cstring>

namespace freehold::smtp {

namespace {

const char* find(const char* at, const char* end, char c) {
  return static_cast<const char*>(std::memchr(at, c, static_cast<std::size_t>(end - at)));
}

}  // namespace

void DataReader::pass(const char* from, const char* to, TextSink& sink) {
  if (from == to) return;
  if (find(from, to, '\0') != nullptr) note(TextFlaw::nul);
  sink.text({from, static_cast<std::size_t>(to - from)});
}

// From within a line to behind its end, or to the end of the input. One memchr for the LF and one
// for the CR per line.
const char* DataReader::read_line(const char* at, const char* end) {
  while (at != end) {
    const char* lf = find(at, end, '\n');
    const char* stop = lf != nullptr ? lf : end;
    const char* cr = find(at, stop, '\r');
    if (cr == nullptr) {
      if (lf == nullptr) return end;
      note(TextFlaw::bare_line_end);
      at = lf + 1;
    } else if (cr + 1 == end) {
      place_ = Place::cr;
      return end;
    } else if (cr + 1 == lf) {
      place_ = Place::line_start;
      return lf + 1;
    } else {
      note(TextFlaw::bare_line_end);
      at = cr + 1;
    }
  }
  return at;
}

std::size_t DataReader::feed(std::string_view bytes, TextSink& sink) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  const char* from = at;  // where the text that was not passed on yet begins
  while (at != end && place_ != Place::end) {
    switch (place_) {
      case Place::line_start:
        place_ = Place::line;
        if (*at != '.') break;
        pass(from, at, sink);
        from = ++at;
        place_ = Place::dot;
        break;
      case Place::line:
        at = read_line(at, end);
        break;
      case Place::cr:  // the CR was the last byte of the previous input
        if (*at == '\n') {
          ++at;
          place_ = Place::line_start;
        } else {
          note(TextFlaw::bare_line_end);
          place_ = Place::line;
        }
        break;
      case Place::dot:
        place_ = Place::line;
        if (*at != '\r') break;
        from = ++at;
        place_ = Place::dot_cr;
        break;
      case Place::dot_cr:
        if (*at == '\n') {
          from = ++at;
          place_ = Place::end;
        } else {
          note(TextFlaw::bare_line_end);
          sink.text("\r");
          place_ = Place::line;
        }
        break;
      case Place::end:
        break;
    }
  }
  pass(from, at, sink);
  return static_cast<std::size_t>(at - bytes.data());
}

void ChunkCheck::feed(std::string_view bytes) {
  if (flaw_ == TextFlaw::bare_line_end || bytes.empty()) return;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  if (find(at, end, '\0') != nullptr) flaw_ = TextFlaw::nul;
  if (after_cr_) {
    if (*at++ != '\n') flaw_ = TextFlaw::bare_line_end;
    after_cr_ = false;
  }
  while (at != end && flaw_ != TextFlaw::bare_line_end) {
    const char* lf = find(at, end, '\n');
    const char* cr = find(at, lf != nullptr ? lf : end, '\r');
    if (lf == nullptr && cr == nullptr) return;
    if (cr != nullptr && cr + 1 == end) {
      after_cr_ = true;
      return;
    }
    if (cr == nullptr || cr + 1 != lf) flaw_ = TextFlaw::bare_line_end;
    at = (lf != nullptr ? lf : cr) + 1;
  }
}

void ChunkCheck::finish() {
  if (after_cr_) flaw_ = TextFlaw::bare_line_end;
}

}  // namespace freehold::smtp
