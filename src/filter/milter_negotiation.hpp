#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filter/milter_packet.hpp"

// What a filter and we agree on before anything else: what it may change, which commands it wants
// to hear of and which it answers, and which macros it needs. Pure.
namespace freehold::filter::milter {

// Facts of the session and the message by the names that Sendmail gave them, without braces.
using Macros = std::map<std::string, std::string, std::less<>>;

// The payload of our SMFIC_OPTNEG: version 6, and the changes that we apply (header fields,
// quarantine, removed recipients) and no other.
[[nodiscard]] std::string offer();

// A filter's answer to the offer.
class Agreement {
 public:
  // Nothing: the answer makes no sense. A filter that reserves more actions than were offered is
  // taken as it is (rspamd reserves all there are): what we do not apply is passed over when it
  // comes.
  [[nodiscard]] static std::optional<Agreement> read(std::string_view payload);

  // The filter wants to be told.
  [[nodiscard]] bool wants(Command command) const;
  // It answers to it, so that we wait.
  [[nodiscard]] bool answers(Command command) const;
  // A field's value is passed on, and set, with the space that it begins with.
  [[nodiscard]] bool leading_space() const;
  // It may end the body by SMFIR_SKIP.
  [[nodiscard]] bool may_skip() const;

  // The payload of the SMFIC_MACRO that goes before `command`; empty: there is nothing to say.
  [[nodiscard]] std::string macros_for(Command command, const Macros& macros) const;

 private:
  static constexpr std::size_t kStages = 7;

  [[nodiscard]] bool read_wanted_macros(PayloadReader& payload);

  std::uint32_t steps_ = 0;
  std::array<std::optional<std::vector<std::string>>, kStages> wanted_macros_;
};

}  // namespace freehold::filter::milter
