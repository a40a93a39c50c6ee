#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "trust/key_record.hpp"
#include "trust/limits.hpp"
#include "trust/signature_field.hpp"

// A signature's value, and after a NUL a key record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::trust;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view value = input.substr(0, input.find('\0'));
  for (const SignatureKind kind :
       {SignatureKind::dkim, SignatureKind::arc_message, SignatureKind::arc_seal}) {
    const SignatureField field = parse_signature_field(kind, value);
    if (field.b_begin > field.b_end || field.b_end > value.size()) std::abort();
    if (field.fields.size() > kMaxSignedFields) std::abort();
    if (field.fault) continue;
    const bool whole = !field.domain.empty() && !field.selector.empty() && !field.signature.empty();
    const bool arc = kind != SignatureKind::dkim;
    if (!whole || arc != (field.instance >= 1 && field.instance <= kMaxArcSets)) std::abort();
  }
  if (value.size() < input.size()) {
    const KeyRecord record = parse_key_record(input.substr(value.size() + 1));
    if (record.fault.has_value() == record.key.has_value()) std::abort();
  }
  return 0;
}
