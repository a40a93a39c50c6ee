#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <string_view>

#include "base/result.hpp"

namespace freehold::cli {

// Asks the running server over its control socket and waits for the answer. The Problem says so
// when no server runs.
[[nodiscard]] Result<boost::json::value> ask_server(const std::filesystem::path& socket,
                                                    std::string_view method,
                                                    const boost::json::object& params);

}  // namespace freehold::cli
