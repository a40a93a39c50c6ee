#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trust/dane.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold;
  const std::string_view rdata(reinterpret_cast<const char*>(data), size);
  if (const auto record = trust::parse_tlsa(rdata)) (void)trust::is_usable(*record);
  net::DnsAnswer<std::string> answer;
  answer.status = net::DnsStatus::found;
  answer.secure = true;
  answer.records = {std::string(rdata)};
  (void)trust::read_tlsa_answer(answer);
  return 0;
}
