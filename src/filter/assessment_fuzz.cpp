#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "filter/assessment.hpp"
#include "message/header.hpp"

// Whatever the reasons are called: the field is one field, in lines that no reader cuts, and the
// explanation has one line for each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold;
  using namespace freehold::filter;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Assessment assessment;
  while (text.size() >= 9) {
    double weight = 0;
    std::memcpy(&weight, text.data(), sizeof(weight));
    const std::size_t length = static_cast<unsigned char>(text[8]);
    text.remove_prefix(9);
    const std::string name(text.substr(0, length));
    text.remove_prefix(name.size());
    assessment.reasons.push_back({name, weight, name});
    assessment.score += weight;
  }
  const std::string field = spam_field(assessment, {});
  const message::Header header(field + "\r\n");
  if (header.fields().size() != 1 || header.name(header.fields()[0]) != kSpamField) std::abort();
  for (const char c : field) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\r' && c != '\n') || c == 0x7f) std::abort();
  }
  for (std::size_t at = 0; at < field.size();) {
    const std::size_t end = field.find("\r\n", at);
    if (end == std::string::npos || end - at > 120) std::abort();
    at = end + 2;
  }
  const std::string lines = explain(assessment, {});
  std::size_t count = 0;
  for (const char c : lines) count += c == '\n' ? 1 : 0;
  if (count != assessment.reasons.size() + 1) std::abort();
  return 0;
}
