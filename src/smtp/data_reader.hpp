#pragma once

#include <cstddef>
#include <string_view>

namespace freehold::smtp {

// Takes a message's text in spans of the input, without copies.
class TextSink {
 public:
  virtual ~TextSink() = default;
  virtual void text(std::string_view span) = 0;
};

// What makes a message unacceptable although it was read to its end (RFC 5321, 2.3.8; 4.5.2; 7BIT
// and 8BITMIME).
enum class TextFlaw { none, bare_line_end, nul };

// Reads the text that follows DATA: takes the dots off and finds the end, over any splits of the
// input. The end is CRLF.CRLF and nothing else: a server that ends at LF.LF, where its neighbour
// does not, lets a sender smuggle a second message past the neighbour's checks. So lone CR and LF
// are text, are noted, and the message is refused at its true end.
class DataReader {
 public:
  // Uses bytes up to the end of the message or all of them, and says how many.
  std::size_t feed(std::string_view bytes, TextSink& sink);
  [[nodiscard]] bool ended() const { return place_ == Place::end; }
  [[nodiscard]] TextFlaw flaw() const { return flaw_; }

 private:
  enum class Place { line_start, line, cr, dot, dot_cr, end };

  const char* read_line(const char* at, const char* end);
  void pass(const char* from, const char* to, TextSink& sink);
  // A bare line end outranks a NUL, so that the splits of the input do not decide which is named.
  void note(TextFlaw flaw) {
    if (flaw_ != TextFlaw::bare_line_end) flaw_ = flaw;
  }

  Place place_ = Place::line_start;
  TextFlaw flaw_ = TextFlaw::none;
};

// Looks at counted text (BDAT), which has neither dots nor an end mark, for the same flaws.
class ChunkCheck {
 public:
  void feed(std::string_view bytes);
  // The last chunk has been fed.
  void finish();
  [[nodiscard]] TextFlaw flaw() const { return flaw_; }

 private:
  bool after_cr_ = false;
  TextFlaw flaw_ = TextFlaw::none;
};

}  // namespace freehold::smtp
