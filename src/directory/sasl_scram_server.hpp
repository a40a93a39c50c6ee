#pragma once

#include <memory>

#include "directory/sasl.hpp"

namespace freehold::directory {

// SCRAM-SHA-256 or, with `plus`, SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677).
[[nodiscard]] std::unique_ptr<SaslServer> make_scram_server(const SaslOffer& offer, bool plus);

}  // namespace freehold::directory
