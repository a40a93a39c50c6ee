#pragma once

#include <memory>

#include "directory/sasl.hpp"

namespace freehold::directory {

// OAUTHBEARER (RFC 7628), or XOAUTH2, which is older, Google's, and what most programs speak. Used
// by make_sasl_server() only.
[[nodiscard]] std::unique_ptr<SaslServer> make_oauthbearer_server();
[[nodiscard]] std::unique_ptr<SaslServer> make_xoauth2_server();

}  // namespace freehold::directory
