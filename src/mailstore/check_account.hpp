#pragma once

#include <cstdint>
#include <functional>

#include "base/ids.hpp"
#include "mailstore/check_findings.hpp"
#include "schema/mailstore.pb.h"
#include "store/reader.hpp"

namespace freehold::mailstore {

// Emails, placements, index, what was expunged, and the counters of one account. Returns how many
// emails are in its mailboxes; calls `step` for each that is stored.
std::uint64_t check_account(const store::Reader& reader, AccountId account,
                            schema::AccountState state, Findings& findings,
                            const std::function<void()>& step);

}  // namespace freehold::mailstore
