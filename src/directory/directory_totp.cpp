#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "directory/base32.hpp"
#include "directory/directory.hpp"
#include "directory/directory_state.hpp"
#include "directory/totp.hpp"
#include "schema/directory.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::directory {

namespace keys = store::keys;

namespace {

constexpr std::size_t kRecoveryCodes = 10;

// "abcd-efgh-ij": 50 random bits, which an online guesser never finds.
std::string make_recovery_code() {
  const auto letters = to_lower(base32(random_bytes(7))).substr(0, 10);
  return letters.substr(0, 4) + "-" + letters.substr(4, 4) + "-" + letters.substr(8);
}

std::string recovery_hash(const std::string& key, AccountId account, std::string_view code) {
  std::string text = "recovery";
  append_u64(text, account.value);
  for (const char c : code) {
    if (c != '-' && c != ' ') text.push_back(ascii_lower(c));
  }
  return hmac_sha256(key, text);
}

Problem no_totp(const std::string& address) {
  return problem(Problem::Kind::not_found, address + " has no one-time codes", {},
                 "begin with `freehold account totp begin " + address + "`");
}

std::optional<schema::Totp> get_totp(store::Transaction& tx, AccountId account) {
  const auto key = keys::totp(account);
  const auto seen = get_asserted(tx, key);
  if (!seen) return std::nullopt;
  return store::decode<schema::Totp>(key, *seen);
}

}  // namespace

awaitable<Result<TotpEnrolment>> Directory::begin_totp(std::string address, std::string issuer,
                                                       Actor by) {
  const auto secret = random_bytes(totp::kSecretBytes);
  std::string name;
  const auto begun = co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto account = find_account_asserted(tx, address);
    if (!account) return no_such_account(address);
    name = account->name();
    const AccountId id(account->id());
    if (const auto known = get_totp(tx, id); known && known->active()) {
      return problem(Problem::Kind::exists, name + " has one-time codes already", {},
                     "remove them first: `freehold account totp remove " + name + "`");
    }
    schema::Totp record;
    record.set_secret(secret);
    record.set_created_at(to_millis(state_->clock.now()));
    tx.put(keys::totp(id), record.SerializeAsString());
    state_->audit(tx, by, "totp.begin", name);
    return {};
  });
  if (!begun) co_return begun.error();
  co_return TotpEnrolment{base32(secret), totp::uri(secret, issuer, name)};
}

awaitable<Result<std::vector<std::string>>> Directory::confirm_totp(std::string address,
                                                                    std::string code, Actor by) {
  std::vector<std::string> codes;
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) codes.push_back(make_recovery_code());
  const auto now = state_->clock.now();
  const auto done = co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto account = find_account(tx, address);
    if (!account) return no_such_account(address);
    const AccountId id(account->id());
    auto record = get_totp(tx, id);
    if (!record) return no_totp(address);
    if (record->active()) {
      return problem(Problem::Kind::exists, account->name() + " has one-time codes already");
    }
    const auto step = totp::verify(record->secret(), trim(code), now, record->last_step());
    if (!step) {
      return problem(
          Problem::Kind::denied, "the code is not right", {},
          "type the newest one; the clocks of the server and the telephone may differ by "
          "half a minute");
    }
    record->set_active(true);
    record->set_last_step(*step);
    for (const auto& one : codes) record->add_recovery(recovery_hash(state_->app_key, id, one));
    tx.put(keys::totp(id), record->SerializeAsString());
    state_->audit(tx, by, "totp.on", account->name());
    return {};
  });
  if (!done) co_return done.error();
  co_return codes;
}

awaitable<Result<>> Directory::remove_totp(std::string address, Actor by) {
  co_return co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    const auto account = find_account(tx, address);
    if (!account) return no_such_account(address);
    const AccountId id(account->id());
    if (!get_totp(tx, id)) return no_totp(address);
    tx.erase(keys::totp(id));
    state_->audit(tx, by, "totp.remove", account->name());
    return {};
  });
}

bool Directory::has_totp(AccountId account) const {
  const auto record = store::read<schema::Totp>(state_->engine.latest(), keys::totp(account));
  return record && record->active();
}

Result<std::string> Directory::totp_state(std::string address) const {
  const auto account = find_account(state_->engine.latest(), address);
  if (!account) return no_such_account(address);
  const auto record =
      store::read<schema::Totp>(state_->engine.latest(), keys::totp(AccountId(account->id())));
  if (!record) return "off";
  if (!record->active()) return "begun";
  return "on, " + std::to_string(record->recovery_size()) + " recovery codes left";
}

awaitable<Result<bool>> Directory::verify_totp(AccountId id, std::string code) {
  const auto now = state_->clock.now();
  bool right = false;
  const auto done = co_await state_->apply([&](store::Transaction& tx) -> Result<> {
    right = false;
    auto record = get_totp(tx, id);
    if (!record || !record->active()) return {};
    const auto waits = from_millis(record->last_failure()) + totp::pause_after(record->failures());
    const auto step = now < waits
                          ? std::nullopt
                          : totp::verify(record->secret(), trim(code), now, record->last_step());
    if (step) {
      record->set_last_step(*step);
      right = true;
    } else {
      const auto hash = recovery_hash(state_->app_key, id, trim(code));
      auto& codes = *record->mutable_recovery();
      const auto found = std::ranges::find(codes, hash);
      if (found == codes.end()) {
        if (now < waits) return {};
        record->set_failures(record->failures() + 1);
        record->set_last_failure(to_millis(now));
        tx.put(keys::totp(id), record->SerializeAsString());
        return {};
      }
      codes.erase(found);
      right = true;
      const auto account = store::read<schema::Account>(tx, keys::account(id));
      state_->audit(tx, Actor::account(account ? account->name() : "", {}), "totp.recovery_code",
                    account ? account->name() : "",
                    std::to_string(codes.size()) + " recovery codes left");
    }
    record->set_failures(0);
    tx.put(keys::totp(id), record->SerializeAsString());
    return {};
  });
  if (!done) co_return done.error();
  co_return right;
}

}  // namespace freehold::directory
