#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trust/dmarc_report.hpp"

// A report that was read, packed or not, is read again when it has been written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const auto reading = read_aggregate({reinterpret_cast<const char*>(data), size});
  if (reading.problem != AggregateProblem::none) return 0;
  const auto again = parse_aggregate(write_aggregate(reading.report));
  if (again.problem != AggregateProblem::none) std::abort();
  if (again.report.rows.size() != reading.report.rows.size()) std::abort();
  return 0;
}
