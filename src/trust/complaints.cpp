#include "trust/complaints.hpp"

#include "base/hash.hpp"
#include "schema/trust.pb.h"
#include "store/records.hpp"
#include "trust/report_days.hpp"

namespace freehold::trust {

namespace keys = store::keys;
using keys::Table;

namespace {

constexpr std::size_t kMostText = 320;  // RFC 5321's longest address

std::string cut(const std::string& text) { return text.substr(0, kMostText); }

std::string key_of(const Complaint& complaint) {
  const auto same = sha256(complaint.reporter + '\0' + complaint.sender + '\0' +
                           complaint.recipient + '\0' + complaint.message_id);
  const auto day = std::chrono::floor<std::chrono::days>(complaint.received);
  return keys::of_day(Table::complaint, day, same.view().substr(0, 8));
}

}  // namespace

bool keep_complaint(store::Transaction& tx, const Complaint& complaint) {
  auto key = key_of(complaint);
  if (tx.get(key)) return false;
  schema::Complaint record;
  record.set_type(cut(complaint.type));
  record.set_reporter(cut(complaint.reporter));
  record.set_sender(cut(complaint.sender));
  record.set_message(complaint.message.value);
  record.set_recipient(cut(complaint.recipient));
  record.set_message_id(cut(complaint.message_id));
  record.set_source_ip(cut(complaint.source_ip));
  record.set_received_at(to_millis(complaint.received));
  tx.put(std::move(key), record.SerializeAsString());
  return true;
}

std::vector<Complaint> read_complaints(const store::Reader& from, keys::Day first, keys::Day last,
                                       std::size_t most) {
  std::vector<Complaint> out;
  from.scan(of_days(Table::complaint, first, last),
            [&](std::string_view key, std::string_view value) {
              if (out.size() == most) return false;
              const auto record = store::decode<schema::Complaint>(key, value);
              out.push_back({record.type(), record.reporter(), record.sender(),
                             QueueId(record.message()), record.recipient(), record.message_id(),
                             record.source_ip(), from_millis(record.received_at())});
              return true;
            });
  return out;
}

}  // namespace freehold::trust
