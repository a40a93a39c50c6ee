#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/address.hpp"

// What was read and written once is read the same again, and stays in one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::message;
  const Addresses read = parse_addresses({reinterpret_cast<const char*>(data), size});
  for (const Address& address : read) static_cast<void>(address.spec());
  const std::string written = format_addresses(decoded(read));
  if (written.find_first_of("\r\n") != std::string::npos) std::abort();
  static_cast<void>(parse_addresses(written));
  return 0;
}
