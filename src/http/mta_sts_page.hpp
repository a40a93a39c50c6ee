#pragma once

#include <string>

#include "directory/directory.hpp"
#include "http/router.hpp"

namespace freehold::http {

inline constexpr const char* kMtaStsPath = "/.well-known/mta-sts.txt";

// The policies of our domains (RFC 8461, 3.3): asked at host mta-sts.DOMAIN. 404 for a host that is
// none of these, and for a domain without one. The directory outlives it.
[[nodiscard]] Handler mta_sts_page(const directory::Directory& directory, std::string hostname);

}  // namespace freehold::http
