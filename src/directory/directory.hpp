#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/pool.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "directory/address.hpp"
#include "directory/sasl_scram.hpp"
#include "store/engine.hpp"

namespace freehold::schema {
class Account;
class Domain;
class Relay;
}  // namespace freehold::schema

namespace freehold::directory {

struct DomainInfo {
  std::string name;
  std::string alias_of;   // empty: a domain of its own
  std::string catch_all;  // the addresses it leads to, separated by commas; empty: unknown users
                          // are refused
};

struct AccountInfo {
  AccountId id;
  std::string name;  // its canonical address
  std::string display_name;
  bool disabled = false;
  std::uint64_t quota_bytes = 0;  // 0: unlimited
  std::vector<std::string> send_as;
  Time created_at;
};

struct AliasInfo {
  std::string address;  // "@domain" for a catch-all
  std::vector<std::string> targets;
};

enum class RelayTls { starttls, implicit };
struct RelayInfo {
  std::string domain;  // the sender domain that it is for; empty: all others
  std::string host;
  std::uint16_t port = 587;
  RelayTls tls = RelayTls::starttls;
  std::string user;  // empty: no AUTH
  std::string password;
};

// Where mail for an address goes after all aliases.
struct Destination {
  struct Local {
    AccountId account;
    std::string address;  // as it was addressed here: for Delivered-To
  };
  std::vector<Local> local;
  std::vector<std::string> remote;
  [[nodiscard]] bool empty() const { return local.empty() && remote.empty(); }
};

enum class Lookup { found, no_such_user, not_local, disabled, loop };

// Domains, accounts, aliases, credentials and relays: who has an address here and by what right.
// Owned by the wiring, used from every thread; refers to the engine and the pool, which outlive it.
// Changes return after they are durable; their Problems (invalid, exists, not_found, denied) name
// the thing and the way out, and then nothing was changed.
class Directory {
 public:
  Directory(store::Engine& engine, Pool& pool, const Clock& clock);
  ~Directory();

  // Domains.
  awaitable<Result<>> add_domain(std::string name, std::string alias_of = {});
  awaitable<Result<>> remove_domain(std::string name);  // only when nothing in it is left
  [[nodiscard]] std::vector<DomainInfo> domains() const;
  [[nodiscard]] bool is_local(std::string_view canonical_domain) const;

  // Accounts. A new one has its own address; the first of a domain also gets postmaster and abuse
  // (RFC 2142).
  awaitable<Result<AccountInfo>> add_account(std::string address, std::string password,
                                             std::string display_name, std::uint64_t quota_bytes);
  awaitable<Result<>> remove_account(
      std::string address);  // its address and aliases to it; not its mail
  awaitable<Result<>> set_password(std::string address, std::string password);
  awaitable<Result<>> set_disabled(std::string address, bool disabled);
  awaitable<Result<>> set_quota(std::string address, std::uint64_t quota_bytes);
  awaitable<Result<>> set_send_as(std::string address, std::vector<std::string> also);
  [[nodiscard]] std::vector<AccountInfo> accounts() const;
  [[nodiscard]] std::optional<AccountInfo> account(AccountId id) const;
  [[nodiscard]] std::optional<AccountInfo> account(std::string_view address) const;

  // Aliases; the address "@domain" is the catch-all.
  awaitable<Result<>> set_alias(std::string address, std::vector<std::string> targets);
  awaitable<Result<>> remove_alias(std::string address);
  [[nodiscard]] std::vector<AliasInfo> aliases() const;

  // Relays. "" is the default.
  awaitable<Result<>> set_relay(RelayInfo relay);
  awaitable<Result<>> remove_relay(std::string domain);
  [[nodiscard]] std::vector<RelayInfo> relays() const;
  // The one for a sender domain: its own, else the default, else none (direct).
  [[nodiscard]] std::optional<RelayInfo> relay_for(std::string_view sender_domain) const;

  // Where an address leads: domain aliases, the address itself, without its +tag, the catch-all;
  // aliases followed to a depth of 10. `not_local` when the domain is not of this house.
  struct Resolved {
    Lookup lookup = Lookup::not_local;
    Destination destination;
  };
  [[nodiscard]] Resolved resolve(const Address& address) const;

  // The account when the name and the password are right and it is not disabled. A right password
  // is remembered as a keyed hash in memory for some minutes; the number of argon2 runs at once is
  // bounded by the pool.
  awaitable<std::optional<AccountInfo>> authenticate(std::string name, std::string password);
  // For SCRAM. An unknown user gets a stable salt of his own that no password fits, so that names
  // cannot be probed.
  [[nodiscard]] ScramKeys scram_keys(std::string_view name) const;

  // May the account send with this address as MAIL FROM or From: its own (with or without +tag), an
  // alias that leads to it alone or with others, or one it was given.
  [[nodiscard]] bool may_send_as(AccountId account, const Address& address) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::directory
