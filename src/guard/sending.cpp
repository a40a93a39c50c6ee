#include "guard/sending.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "guard/limits.hpp"
#include "store/keys.hpp"

namespace freehold::guard {

namespace keys = store::keys;

namespace {

std::uint64_t hash_of(AccountId account, std::string_view address) {
  std::string key;
  append_u64(key, account.value);
  return read_u64(hmac_sha256(key, address));
}

std::uint32_t day_number(Time now) {
  return static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::days>(now).time_since_epoch().count());
}

// "…too many; 300 an hour", or nothing.
std::optional<std::string> over(std::uint32_t have, std::uint32_t more, std::uint64_t limit,
                                const std::string& who, const char* what, const char* span) {
  if (more == 0 || std::uint64_t{have} + more <= limit) return std::nullopt;
  return who + " has sent " + std::to_string(have) + " of at most " + std::to_string(limit) + " " +
         what + " in " + span + "; try later";
}

constexpr const char* kMessages = "messages";
constexpr const char* kNew = "messages to new recipients";

}  // namespace

Sending::Sending(store::Engine& engine, const directory::Directory& directory, const Clock& clock)
    : engine_(engine), directory_(directory), clock_(clock) {
  load();
}

Sending::Where Sending::where(AccountId id) const {
  const auto account = directory_.account(id);
  if (!account) return {};
  return {account->name, account->name.substr(account->name.rfind('@') + 1)};
}

// The day on which the account has sent there, 0: never.
std::uint32_t Sending::known_on(AccountId account, std::uint64_t hash) const {
  if (const auto found = accounts_.find(account); found != accounts_.end()) {
    const auto& unsaved = found->second.unsaved;
    if (const auto day = unsaved.find(hash); day != unsaved.end()) return day->second;
  }
  const auto value = engine_.latest().get(keys::known_recipient(account, hash));
  return value && value->size() == 4 ? read_u32(*value) : 0;
}

bool Sending::is_new(AccountId account, std::string_view address) const {
  const std::lock_guard lock(mutex_);
  return known_on(account, hash_of(account, address)) == 0;
}

std::optional<std::string> Sending::refusal(AccountId id, const Where& at,
                                            const Counts& more) const {
  const auto now = clock_.now();
  const auto account = accounts_.find(id);
  const auto domain = domains_.find(at.domain);
  const bool known = account != accounts_.end();
  const bool has_domain = domain != domains_.end();
  const auto hour = known ? account->second.hour.sum(now) : Counts();
  const auto day = known ? account->second.day.sum(now) : Counts();
  const auto domain_hour = has_domain ? domain->second.hour.sum(now) : Counts();
  const auto domain_day = has_domain ? domain->second.day.sum(now) : Counts();
  const auto own = directory_.send_limits(id);
  const auto all = directory_.domain_send_limits(at.domain);
  const auto& n = more.new_recipients;
  const std::optional<std::string> reasons[] = {
      over(hour.messages, more.messages, own.messages_per_hour.value_or(kMessagesPerHour),
           at.account, kMessages, "an hour"),
      over(day.messages, more.messages, own.messages_per_day.value_or(kMessagesPerDay), at.account,
           kMessages, "a day"),
      over(hour.new_recipients, n, own.new_recipients_per_hour.value_or(kNewRecipientsPerHour),
           at.account, kNew, "an hour"),
      over(day.new_recipients, n, own.new_recipients_per_day.value_or(kNewRecipientsPerDay),
           at.account, kNew, "a day"),
      over(domain_hour.messages, more.messages,
           all.messages_per_hour.value_or(kDomainMessagesPerHour), at.domain, kMessages, "an hour"),
      over(domain_day.messages, more.messages, all.messages_per_day.value_or(kDomainMessagesPerDay),
           at.domain, kMessages, "a day"),
      over(domain_hour.new_recipients, n,
           all.new_recipients_per_hour.value_or(kDomainNewRecipientsPerHour), at.domain, kNew,
           "an hour"),
      over(domain_day.new_recipients, n,
           all.new_recipients_per_day.value_or(kDomainNewRecipientsPerDay), at.domain, kNew,
           "a day")};
  for (const auto& reason : reasons) {
    if (reason) return reason;
  }
  return std::nullopt;
}

std::optional<std::string> Sending::refuse_recipient(AccountId id, std::uint32_t new_ones) const {
  Counts more;
  more.messages = 1;
  more.new_recipients = new_ones;
  const auto at = where(id);
  const std::lock_guard lock(mutex_);
  return refusal(id, at, more);
}

bool Sending::is_new_network(Account& account, const net::IpAddress& from) {
  const auto prefix = from.customer_prefix();
  const bool known = std::erase(account.networks, prefix) != 0;
  if (account.networks.size() >= kKnownNetworks) account.networks.erase(account.networks.begin());
  account.networks.push_back(prefix);
  return !known && account.networks.size() > 1;
}

void Sending::count(AccountId id, const std::string& domain, const Counts& more) {
  const auto now = clock_.now();
  auto& account = accounts_[id];
  account.hour.add(now, more);
  account.day.add(now, more);
  auto of_day = more;
  of_day.busiest_hour = account.hour.sum(now).messages;
  account.weeks.add(now, of_day);
  account.changed = true;
  account.looked_at = false;
  domains_[domain].hour.add(now, more);
  domains_[domain].day.add(now, more);
}

std::optional<std::string> Sending::admit(const Message& message) {
  static auto& refused =
      metrics::counter("freehold_guard_over_limit_total", "Messages over a sending limit");
  const auto at = where(message.account);
  const auto today = day_number(clock_.now());
  Counts more;
  more.messages = 1;
  more.recipients =
      static_cast<std::uint32_t>(message.recipients.size()) + message.local_recipients;
  const std::lock_guard lock(mutex_);
  std::map<std::uint64_t, std::uint32_t> to_remember;
  for (const auto& address : message.recipients) {
    const auto hash = hash_of(message.account, address);
    const auto last = known_on(message.account, hash);
    if (last == 0 && !to_remember.contains(hash)) ++more.new_recipients;
    if (last == 0 || today - last > kKnownRecipientRefreshed.count()) to_remember[hash] = today;
  }
  if (auto reason = refusal(message.account, at, more)) {
    refused.add();
    return reason;
  }
  auto& account = accounts_[message.account];
  if (is_new_network(account, message.from)) more.new_networks = 1;
  account.known_recipients += more.new_recipients;
  account.unsaved.merge(to_remember);
  count(message.account, at.domain, more);
  return std::nullopt;
}

void Sending::note_outcomes(AccountId id, std::uint32_t bounces, std::uint32_t refused_as_spam) {
  if (!id || bounces + refused_as_spam == 0) return;
  const auto at = where(id);
  if (at.account.empty()) return;  // removed meanwhile
  Counts more;
  more.bounces = bounces;
  more.refused_as_spam = refused_as_spam;
  const std::lock_guard lock(mutex_);
  count(id, at.domain, more);
}

SendingPicture Sending::picture(AccountId id) const {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  SendingPicture out;
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return out;
  out.hour = found->second.hour.sum(now);
  out.day = found->second.day.sum(now);
  for (const auto& piece : found->second.weeks.before(now)) {
    if (piece.counts.messages == 0) continue;
    ++out.days_known;
    out.usual_busiest_hour = std::max(out.usual_busiest_hour, piece.counts.busiest_hour);
    out.usual_busiest_day = std::max(out.usual_busiest_day, piece.counts.messages);
  }
  return out;
}

std::vector<AccountId> Sending::take_changed() {
  std::vector<AccountId> all;
  const std::lock_guard lock(mutex_);
  for (auto& [id, account] : accounts_) {
    if (!account.looked_at) all.push_back(id);
    account.looked_at = true;
  }
  return all;
}

void Sending::forgive(AccountId id) {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return;
  found->second.hour.clear();
  found->second.day.clear();
  found->second.changed = true;
}

}  // namespace freehold::guard
