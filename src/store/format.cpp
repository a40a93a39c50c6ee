#include "store/format.hpp"

#include "base/log.hpp"
#include "base/version.hpp"
#include "schema/store.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::store {

namespace {

Result<> stamp(Engine& engine) {
  schema::StoreFormat format;
  format.set_version(kFormatVersion);
  format.set_written_by(std::string(kVersion));
  Batch batch;
  batch.put(keys::format(), format.SerializeAsString());
  return engine.commit_blocking(std::move(batch));
}

}  // namespace

Result<> prepare_format(Engine& engine) {
  const auto format = read<schema::StoreFormat>(engine.latest(), keys::format());
  if (!format) return stamp(engine);
  if (format->version() > kFormatVersion) {
    return problem(Problem::Kind::denied,
                   "the store has format " + std::to_string(format->version()) +
                       ", written by Freehold " + format->written_by() + "; this program (" +
                       std::string(kVersion) + ") knows formats up to " +
                       std::to_string(kFormatVersion),
                   {}, "run that version or a newer one; nothing was changed");
  }
  if (format->version() < kOldestFormat) {
    return problem(Problem::Kind::denied,
                   "the store has format " + std::to_string(format->version()) +
                       ", of a development version of Freehold; this program (" +
                       std::string(kVersion) + ") reads formats from " +
                       std::to_string(kOldestFormat) + " on",
                   {}, "begin with an empty data folder; nothing was changed");
  }
  if (format->version() < kFormatVersion) {
    log::info("store.upgraded", {{"from", format->version()}, {"to", kFormatVersion}});
    return stamp(engine);
  }
  return {};
}

}  // namespace freehold::store
