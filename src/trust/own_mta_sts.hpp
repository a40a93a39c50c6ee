#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "directory/directory.hpp"
#include "trust/mta_sts.hpp"

namespace freehold::trust {

// What others read of our own domains.

// The policy and record of a domain of ours, whose one mail host we are; nothing for a domain that
// is not here, or whose owner has asked for none.
[[nodiscard]] std::optional<StsPublication> own_sts(const directory::Directory& directory,
                                                    std::string_view domain,
                                                    const std::string& hostname);

}  // namespace freehold::trust
