#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

// How much may be sent, who may not send at all; and the audit log for others.
namespace freehold::directory {

namespace keys = store::keys;

namespace {

schema::SendLimits record_of(const SendLimits& limits) {
  schema::SendLimits record;
  record.set_messages_per_hour(limits.messages_per_hour.value_or(0));
  record.set_messages_per_day(limits.messages_per_day.value_or(0));
  record.set_new_recipients_per_hour(limits.new_recipients_per_hour.value_or(0));
  record.set_new_recipients_per_day(limits.new_recipients_per_day.value_or(0));
  return record;
}

SendLimits limits_of(const schema::SendLimits& record) {
  const auto set = [](std::uint64_t number) {
    return number != 0 ? std::optional(number) : std::nullopt;
  };
  return {set(record.messages_per_hour()), set(record.messages_per_day()),
          set(record.new_recipients_per_hour()), set(record.new_recipients_per_day())};
}

std::string describe(const SendLimits& limits) {
  const auto number = [](const std::optional<std::uint64_t>& n) {
    return n.value_or(0) != 0 ? std::to_string(*n) : std::string("default");
  };
  return "messages " + number(limits.messages_per_hour) + " an hour, " +
         number(limits.messages_per_day) + " a day; new recipients " +
         number(limits.new_recipients_per_hour) + " an hour, " +
         number(limits.new_recipients_per_day) + " a day";
}

}  // namespace

awaitable<Result<>> Directory::set_send_limits(std::string address, SendLimits limits, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) {
    return change_account(tx, address, [&](auto& account) {
      *account.mutable_send_limits() = record_of(limits);
      state_->audit(tx, by, "account.limits", account.name(), describe(limits));
    });
  });
}

awaitable<Result<>> Directory::set_domain_send_limits(std::string name, SendLimits limits,
                                                      Actor by) {
  const auto domain = canonical_domain(name);
  if (!domain) co_return domain.error();
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto key = keys::domain(*domain);
    const auto seen = get_asserted(tx, key);
    if (!seen) return no_such_domain(*domain);
    auto record = store::decode<schema::Domain>(key, *seen);
    *record.mutable_send_limits() = record_of(limits);
    tx.put(key, record.SerializeAsString());
    state_->audit(tx, by, "domain.limits", *domain, describe(limits));
    return {};
  });
}

SendLimits Directory::send_limits(AccountId id) const {
  const auto account = store::read<schema::Account>(state_->engine.latest(), keys::account(id));
  return account ? limits_of(account->send_limits()) : SendLimits();
}

SendLimits Directory::domain_send_limits(std::string_view domain) const {
  const auto record = store::read<schema::Domain>(state_->engine.latest(), keys::domain(domain));
  return record ? limits_of(record->send_limits()) : SendLimits();
}

awaitable<Result<>> Directory::pause(AccountId id, std::string reason, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto key = keys::account(id);
    const auto seen = get_asserted(tx, key);
    if (!seen) return no_such_account("number " + std::to_string(id.value));
    auto account = store::decode<schema::Account>(key, *seen);
    if (account.has_pause()) {
      return problem(Problem::Kind::exists, account.name() + " is paused already");
    }
    account.mutable_pause()->set_since(to_millis(state_->clock.now()));
    account.mutable_pause()->set_reason(reason);
    tx.put(key, account.SerializeAsString());
    state_->audit(tx, by, "account.pause", account.name(), reason);
    return {};
  });
}

awaitable<Result<>> Directory::unpause(std::string address, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    bool paused = false;
    auto changed = change_account(tx, address, [&](auto& account) {
      paused = account.has_pause();
      if (!paused) return;
      account.clear_pause();
      state_->audit(tx, by, "account.release", account.name());
    });
    if (changed && !paused) {
      return problem(Problem::Kind::not_found, address + " is not paused", {},
                     "see `freehold account list`");
    }
    return changed;
  });
}

std::vector<AuditEntry> Directory::audit(Time since, std::size_t most,
                                         const AuditFilter& filter) const {
  return list_audit(state_->engine.latest(), since, most, filter);
}

awaitable<Result<>> Directory::note(Actor by, std::string action, std::string object,
                                    std::string details) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    state_->audit(tx, by, action, object, details);
    return {};
  });
}

}  // namespace freehold::directory
