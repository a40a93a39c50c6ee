#include <cstddef>
#include <cstdint>
#include <string_view>

#include "message/parser.hpp"
#include "trust/arf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto report = trust::parse_feedback(text, message::parse(text));
  if (!report) return 0;
  const auto no = [](std::string_view) { return false; };
  (void)trust::origin_of(*report, no, no);
  return 0;
}
