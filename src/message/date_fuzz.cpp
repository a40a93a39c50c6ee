#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "message/date.hpp"

// A date that was read means the same when it has been written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::message;
  const auto date = parse_date({reinterpret_cast<const char*>(data), size});
  if (!date) return 0;
  const auto again = parse_date(format_date(date->at, date->offset));
  if (!again || *again != *date) std::abort();
  return 0;
}
