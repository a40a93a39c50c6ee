#include <algorithm>
#include <numeric>

#include "mailstore/mailstore_state.hpp"
#include "schema/mailstore.pb.h"
#include "store/bodies.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// What is stored ready for lists of messages: read many at a time.
namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

// Records that lie so close are read one after the other, others are sought each.
constexpr std::uint64_t kDense = 4;

using KeyOf = std::string (*)(AccountId, EmailId);

std::vector<std::optional<std::string>> read_each(const store::Reader& reader, KeyOf key_of,
                                                  AccountId account,
                                                  std::span<const EmailId> emails) {
  std::vector<std::optional<std::string>> found(emails.size());
  if (emails.empty()) return found;
  std::vector<std::size_t> order(emails.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return emails[i]; });
  const auto first = emails[order.front()], last = emails[order.back()];
  if (last.value - first.value >= kDense * emails.size()) {
    std::vector<std::string> wanted;
    wanted.reserve(emails.size());
    for (const auto email : emails) wanted.push_back(key_of(account, email));
    return reader.multi_get(wanted);
  }
  auto next = order.begin();
  reader.scan({key_of(account, first), key_of(account, EmailId(last.value + 1))},
              [&](std::string_view key, std::string_view value) {
                const auto email = keys::email_of(key);
                while (next != order.end() && emails[*next] < email) ++next;
                for (; next != order.end() && emails[*next] == email; ++next) found[*next] = value;
                return next != order.end();
              });
  return found;
}

}  // namespace

std::vector<std::optional<std::string>> Mailstore::extracts(AccountId account, Extract what,
                                                            std::span<const EmailId> emails) const {
  return read_each(state_->engine.latest(),
                   what == Extract::envelope ? keys::envelope : keys::header_extract, account,
                   emails);
}

std::vector<std::optional<Mailstore::Whole>> Mailstore::whole(
    AccountId account, std::span<const EmailId> emails) const {
  const auto& reader = state_->engine.latest();
  const auto records = read_each(reader, keys::email, account, emails);
  std::vector<std::optional<Whole>> all(emails.size());
  std::vector<std::string> bodies;  // their ids, and whose they are
  std::vector<std::size_t> of_bodies;
  for (std::size_t i = 0; i < emails.size(); ++i) {
    if (!records[i]) continue;
    auto record = store::decode<schema::Email>("e", *records[i]);
    if (record.body_id().empty()) continue;
    bodies.push_back(std::move(*record.mutable_body_id()));
    of_bodies.push_back(i);
    all[i].emplace(std::move(*record.mutable_prefix()), std::string());
  }
  auto bytes = store::read_small(reader, bodies);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto& message = all[of_bodies[i]];
    if (bytes[i])
      message->body = std::move(*bytes[i]);
    else
      message.reset();
  }
  return all;
}

}  // namespace freehold::mailstore
