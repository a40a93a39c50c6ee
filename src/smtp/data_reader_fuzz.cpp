#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/dot_stuffer.hpp"
#include "smtp/data_reader.hpp"
#include "smtp/submission_header.hpp"

namespace {

using namespace freehold::smtp;

class Collected final : public TextSink {
 public:
  void text(std::string_view span) override { all += span; }
  std::string all;
};

struct Outcome {
  std::string text;
  std::size_t used = 0;
  bool ended = false;
  TextFlaw flaw = TextFlaw::none;
  TextFlaw chunk_flaw = TextFlaw::none;
  unsigned hops = 0;
  std::string stuffed;
  bool operator==(const Outcome&) const = default;
};

// Pieces of sizes that `seed` decides; 0: all at once.
Outcome read(std::string_view input, std::uint32_t seed) {
  DataReader reader;
  Collected sink;
  ChunkCheck check;
  HopCounter hops;
  freehold::net::DotStuffer stuffer;
  Outcome out;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t piece = seed == 0 ? input.size() : 1 + (seed >> 8) % 9;
    seed = seed == 0 ? 0 : seed * 1'664'525 + 1'013'904'223;
    const std::string_view part = input.substr(at, piece);
    check.feed(part);
    hops.feed(part);
    stuffer.add(part, out.stuffed);
    if (!reader.ended()) out.used += reader.feed(part, sink);
    at += part.size();
  }
  check.finish();
  stuffer.finish(out.stuffed);
  out.text = sink.all;
  out.ended = reader.ended();
  out.flaw = reader.flaw();
  out.chunk_flaw = check.flaw();
  out.hops = hops.hops();
  return out;
}

}  // namespace

// Any splits of the input give the same; what is stuffed is read back without flaws.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Outcome whole = read(input, 0);
  for (const std::uint32_t seed : {1U, 77U, 4711U}) {
    if (read(input, seed) != whole) std::abort();
  }
  const Outcome back = read(whole.stuffed, 0);
  if (!back.ended || back.used != whole.stuffed.size()) std::abort();
  if (back.flaw == TextFlaw::bare_line_end) std::abort();
  if (whole.chunk_flaw == TextFlaw::none && !input.empty() && input.ends_with("\r\n") &&
      back.text != input) {
    std::abort();
  }
  return 0;
}
