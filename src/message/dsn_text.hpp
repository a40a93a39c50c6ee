#pragma once

#include <string>

namespace freehold::message {

struct Dsn;

// The part of a delivery report that people read, and its subject.
[[nodiscard]] std::string dsn_subject(const Dsn& dsn);
[[nodiscard]] std::string dsn_text(const Dsn& dsn);

}  // namespace freehold::message
