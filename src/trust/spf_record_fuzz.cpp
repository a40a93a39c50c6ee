#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "trust/limits.hpp"
#include "trust/spf_macro.hpp"
#include "trust/spf_record.hpp"

namespace {

using namespace freehold::trust;

void require(bool holds) {
  if (!holds) std::abort();
}

void expand(std::string_view domain_spec, const SpfMacroValues& values) {
  require(is_spf_domain_spec(domain_spec));
  static_cast<void>(expand_spf_domain(domain_spec, values));
}

}  // namespace

// The first line is a record, the rest an explanation. What a record holds can be expanded, and its
// terms are parts of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\n'));
  const SpfMacroValues values{.sender = "a-b.c@example.com",
                              .local_part = "a-b.c",
                              .sender_domain = "example.com",
                              .domain = "example.org",
                              .client = freehold::net::IpAddress::parse("2001:db8::1").value(),
                              .validated = "mail.example.com",
                              .helo = "mail.example.com",
                              .receiver_host = "mx.example.net",
                              .now = {}};
  if (const auto record = parse_spf_record(text)) {
    for (const SpfTerm& term : record->terms) {
      require(term.text.data() >= text.data() &&
              term.text.data() + term.text.size() <= text.data() + text.size());
      if (!term.domain_spec.empty()) expand(term.domain_spec, values);
      static_cast<void>(term.network_contains(values.client));
    }
    if (!record->redirect.empty()) expand(record->redirect, values);
    if (!record->explanation.empty()) expand(record->explanation, values);
  }
  const auto explanation = expand_spf_explanation(input.substr(text.size()), values);
  require(!explanation || explanation->size() <= kMaxSpfExplanation);
  const auto more = expand_spf_explanation(text, values);
  require(!more || more->find_first_of("\r\n") == std::string::npos);
  return 0;
}
