#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "directory/address.hpp"

// A canonical address is its own canonical form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto address = freehold::directory::Address::parse(text);
  if (!address) return 0;
  const auto again = freehold::directory::Address::parse(address->text());
  if (!again || *again != *address) std::abort();
  static_cast<void>(freehold::directory::display_domain(address->domain));
  const auto plain = address->without_tag();
  if (plain.without_tag() != plain) std::abort();
  return 0;
}
