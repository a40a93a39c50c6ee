#include "mailstore/flags.hpp"

#include <algorithm>
#include <iterator>

#include "base/bytes.hpp"

namespace freehold::mailstore {

void canonicalize(Flags& flags) {
  for (auto& keyword : flags.keywords) keyword = to_lower(keyword);
  std::ranges::sort(flags.keywords);
  const auto repeated = std::ranges::unique(flags.keywords);
  flags.keywords.erase(repeated.begin(), repeated.end());
}

Flags masked(Flags flags, FlagMask may) {
  flags.bits &= may.bits;
  if (!may.keywords) flags.keywords.clear();
  return flags;
}

Flags changed(const Flags& flags, FlagChange how, const Flags& by) {
  Flags out;
  switch (how) {
    case FlagChange::replace:
      return by;
    case FlagChange::add:
      out.bits = flags.bits | by.bits;
      std::ranges::set_union(flags.keywords, by.keywords, std::back_inserter(out.keywords));
      break;
    case FlagChange::remove:
      out.bits = flags.bits & ~by.bits;
      std::ranges::set_difference(flags.keywords, by.keywords, std::back_inserter(out.keywords));
      break;
  }
  return out;
}

}  // namespace freehold::mailstore
