#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/header.hpp"

namespace freehold::trust {

// The three fields of one instance, in the message's header; null: not there.
struct ArcFields {
  const message::Field* results = nullptr;  // ARC-Authentication-Results
  const message::Field* message = nullptr;  // ARC-Message-Signature
  const message::Field* seal = nullptr;     // ARC-Seal
};

// The ARC fields of a header, sorted (RFC 8617, 4.2). Refers to the header.
struct ArcFieldsFound {
  bool any = false;             // is there any ARC field at all?
  std::vector<ArcFields> sets;  // [0] is instance 1
  std::string flaw;  // why they are no chain: an instance or a field that is not there, or twice
};

[[nodiscard]] ArcFieldsFound find_arc_fields(const message::Header& header);

// The value of an ARC-Authentication-Results field after "i=N;", unfolded.
[[nodiscard]] std::string arc_results_payload(std::string_view value);

// Appends all fields of a set as a seal of a later one covers them (RFC 8617, 5.1.1). The set is
// whole.
void append_arc_set(std::string& out, const message::Header& header, const ArcFields& set);
// The same but for the seal.
void append_arc_set_unsealed(std::string& out, const message::Header& header, const ArcFields& set);

}  // namespace freehold::trust
