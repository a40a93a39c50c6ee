#include "trust/own_mta_sts.hpp"

namespace freehold::trust {

namespace {

StsMode mode_of(directory::MtaSts::Mode mode) {
  using Mode = directory::MtaSts::Mode;
  if (mode == Mode::enforce) return StsMode::enforce;
  return mode == Mode::testing ? StsMode::testing : StsMode::none;
}

}  // namespace

std::optional<StsPublication> own_sts(const directory::Directory& directory,
                                      std::string_view domain, const std::string& hostname) {
  const auto set = directory.mta_sts(domain);
  if (set.mode == directory::MtaSts::Mode::off) return std::nullopt;
  return publish_sts(mode_of(set.mode), set.max_age, std::span(&hostname, 1));
}

}  // namespace freehold::trust
