#pragma once

#include <boost/json/object.hpp>

namespace freehold::mailstore {
struct CheckReport;
}

namespace freehold::api {

// As `freehold store check --json` prints it.
[[nodiscard]] boost::json::object describe(const mailstore::CheckReport& report);

}  // namespace freehold::api
