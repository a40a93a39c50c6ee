#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "store/engine.hpp"

namespace freehold::store {

// What this program writes. Raise it, and add a step to upgrade(), when an older program could not
// read a newer record.
constexpr std::uint32_t kFormatVersion = 2;
// Older ones, of versions that were never released, cannot be read.
constexpr std::uint32_t kOldestFormat = 2;

// Stamps a new store, upgrades an older one, refuses a newer one and one that is too old.
[[nodiscard]] Result<> prepare_format(Engine& engine);

}  // namespace freehold::store
