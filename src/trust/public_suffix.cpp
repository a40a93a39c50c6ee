#include "trust/public_suffix.hpp"

#include <libpsl.h>

#include <memory>

namespace freehold::trust {

namespace {

// Read once, never changed, and kept to the end of the program.
const psl_ctx_t* suffixes() {
  static const std::unique_ptr<psl_ctx_t, decltype(&psl_free)> list(psl_latest(nullptr), &psl_free);
  return list.get();
}

}  // namespace

std::string registrable_domain(std::string_view name) {
  const std::string terminated(name);
  const char* found = psl_registrable_domain(suffixes(), terminated.c_str());
  return found ? found : terminated;
}

}  // namespace freehold::trust
