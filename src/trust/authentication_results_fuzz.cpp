#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/header.hpp"
#include "trust/authentication_results.hpp"

// What was read and written is one field; what that says is read and written again as it is. And
// no field of ours is left in a block that was cleaned.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto read = parse_authentication_results(text)) {
    const std::string field = authentication_results_field(*read);
    const freehold::message::Header header(field);
    if (header.fields().size() != 1 || header.fields()[0].end != field.size()) std::abort();
    // Not the same as `read`: values may have been cut, and what is no UTF-8 replaced.
    const auto again = parse_authentication_results(header.value(header.fields()[0]));
    if (!again || again->results.size() != read->results.size()) std::abort();
    const auto third = parse_authentication_results(authentication_results_body(*again));
    if (third != again) std::abort();
  }
  const std::string clean = without_forged_results(text, "mx.example.com");
  if (without_forged_results(clean, "mx.example.com") != clean) std::abort();
  return 0;
}
