#include <array>

#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

// What others are told of TLS on the way to our domains.
namespace freehold::directory {

namespace keys = store::keys;

namespace {

constexpr std::array<std::pair<MtaSts::Mode, std::string_view>, 4> kModes = {{
    {MtaSts::Mode::off, "off"},
    {MtaSts::Mode::none, "none"},
    {MtaSts::Mode::testing, "testing"},
    {MtaSts::Mode::enforce, "enforce"},
}};

constexpr std::chrono::seconds kMostAge{31'557'600};  // RFC 8461, 3.2

}  // namespace

std::string_view text_of(MtaSts::Mode mode) {
  return std::ranges::find(kModes, mode, [](const auto& m) { return m.first; })->second;
}

std::optional<MtaSts::Mode> mta_sts_mode(std::string_view text) {
  const auto* found = std::ranges::find(kModes, text, [](const auto& m) { return m.second; });
  if (found == kModes.end()) return std::nullopt;
  return found->first;
}

awaitable<Result<>> Directory::set_mta_sts(std::string name, MtaSts policy, Actor by) {
  const auto domain = canonical_domain(name);
  if (!domain) co_return domain.error();
  if (policy.max_age <= std::chrono::seconds(0) || policy.max_age > kMostAge) {
    co_return problem(Problem::Kind::invalid, "others keep a policy between a second and a year",
                      {}, "604800 is a week, as usual");
  }
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto key = keys::domain(*domain);
    const auto seen = get_asserted(tx, key);
    if (!seen) return no_such_domain(*domain);
    auto record = store::decode<schema::Domain>(key, *seen);
    auto& set = *record.mutable_mta_sts();
    set.set_mode(static_cast<schema::MtaSts::Mode>(policy.mode));
    set.set_max_age(static_cast<std::uint32_t>(policy.max_age.count()));
    tx.put(key, record.SerializeAsString());
    state_->audit(tx, by, "domain.mta-sts", *domain,
                  std::string(text_of(policy.mode)) + ", kept for " +
                      std::to_string(policy.max_age.count()) + " s");
    return {};
  });
}

MtaSts Directory::mta_sts(std::string_view domain) const {
  const auto record = store::read<schema::Domain>(state_->engine.latest(), keys::domain(domain));
  if (!record || !record->has_mta_sts()) return {};
  // The numbers on disk are those of the enumeration.
  const auto mode = std::min<int>(record->mta_sts().mode(), schema::MtaSts::ENFORCE);
  return {static_cast<MtaSts::Mode>(std::max(mode, 0)),
          std::chrono::seconds(record->mta_sts().max_age())};
}

}  // namespace freehold::directory
