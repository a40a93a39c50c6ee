#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trust/tls_report.hpp"

// A report that was read means the same when it has been written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_tls_report_record({std::string(text)});
  const auto report = read_tls_report(text);
  if (!report) return 0;
  const auto again = parse_tls_report(write_tls_report(*report));
  if (!again || again->policies.size() != report->policies.size() || again->id != report->id) {
    std::abort();
  }
  return 0;
}
