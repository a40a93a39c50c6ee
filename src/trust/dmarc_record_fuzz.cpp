#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trust/dmarc_record.hpp"
#include "trust/limits.hpp"

// What is read keeps its bounds, and an address has one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const auto record = parse_dmarc_record({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;
  if (record->percent > 100 || record->aggregate_reports.size() > kMaxDmarcUris) std::abort();
  if (!record->broken && !record->policy) std::abort();
  for (const auto* uris : {&record->aggregate_reports, &record->failure_reports}) {
    for (const DmarcUri& uri : *uris) {
      if (uri.uri.find_first_of(" \r\n,!") != std::string::npos) std::abort();
      if (uri.mail_address().find_first_of("\r\n") != std::string::npos) std::abort();
    }
  }
  return 0;
}
