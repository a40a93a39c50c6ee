#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guard/counted.hpp"

namespace freehold::guard {

// An account's sending now, and what is usual for it.
struct SendingPicture {
  Counts hour;                           // the last hour
  Counts day;                            // the last day
  std::uint32_t days_known = 0;          // days of the last four weeks on which it has sent
  std::uint32_t usual_busiest_hour = 0;  // messages in the busiest hour of those days
  std::uint32_t usual_busiest_day = 0;   // messages
};

struct Suspicion {
  unsigned points = 0;
  std::vector<std::string> reasons;  // for people

  [[nodiscard]] bool strong() const;  // pause the account
  [[nodiscard]] std::string text() const;
};

// Does the account send like a stolen one? Each sign alone has an honest explanation (a newsletter,
// a wedding, a journey), so that one of them is never enough. Pure.
[[nodiscard]] Suspicion judge(const SendingPicture& picture);

}  // namespace freehold::guard
