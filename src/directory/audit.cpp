#include "directory/audit.hpp"

#include <algorithm>
#include <atomic>

#include "base/hash.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::directory {

namespace keys = store::keys;

namespace {

constexpr std::size_t kMaxDetails = 1000;  // a long list of targets is cut

schema::AuditEntry::By by(Actor::Kind kind) {
  switch (kind) {
    case Actor::Kind::account:
      return schema::AuditEntry::ACCOUNT;
    case Actor::Kind::system:
      return schema::AuditEntry::SYSTEM;
    case Actor::Kind::owner:
      break;
  }
  return schema::AuditEntry::OWNER;
}

Actor::Kind kind_of(schema::AuditEntry::By by) {
  switch (by) {
    case schema::AuditEntry::ACCOUNT:
      return Actor::Kind::account;
    case schema::AuditEntry::SYSTEM:
      return Actor::Kind::system;
    default:
      return Actor::Kind::owner;
  }
}

bool matches(const AuditFilter& filter, const AuditEntry& entry) {
  return entry.action.starts_with(filter.action) &&
         (filter.object.empty() || entry.object == filter.object) &&
         (filter.actor.empty() || text(entry.actor) == filter.actor);
}

}  // namespace

std::string text(const Actor& actor) {
  switch (actor.kind) {
    case Actor::Kind::owner:
      return "owner";
    case Actor::Kind::system:
      return "system";
    case Actor::Kind::account:
      break;
  }
  return actor.name;
}

// The key has random bytes instead of a stored counter: a counter would make every two changes of
// the directory conflict with each other.
void write_audit(store::Transaction& tx, Time at, const Actor& actor, std::string_view action,
                 std::string_view object, std::string_view details) {
  schema::AuditEntry record;
  record.set_by(by(actor.kind));
  record.set_name(actor.name);
  record.set_action(std::string(action));
  record.set_object(std::string(object));
  record.set_details(std::string(details.substr(0, kMaxDetails)));
  record.set_peer(actor.peer);
  static std::atomic<std::uint32_t> sequence = 0;  // keeps those of one millisecond in order
  const auto key = keys::audit(at, std::uint64_t{++sequence} << 32 | (random_u64() >> 32));
  tx.assertions().require_absent(key);
  tx.put(key, record.SerializeAsString());
}

std::vector<AuditEntry> list_audit(const store::Reader& reader, Time since, std::size_t most,
                                   const AuditFilter& filter) {
  std::vector<AuditEntry> found;
  if (most == 0) return found;
  auto range = store::prefix_range(keys::table(keys::Table::audit));
  range.begin = keys::audit(std::max(since, Time()), 0);
  reader.scan_backwards(range, [&](std::string_view key, std::string_view value) {
    const auto record = store::decode<schema::AuditEntry>(key, value);
    AuditEntry entry{keys::time_of_audit(key),
                     {kind_of(record.by()), record.name(), record.peer()},
                     record.action(),
                     record.object(),
                     record.details()};
    if (matches(filter, entry)) found.push_back(std::move(entry));
    return found.size() < most;
  });
  std::ranges::reverse(found);
  return found;
}

}  // namespace freehold::directory
