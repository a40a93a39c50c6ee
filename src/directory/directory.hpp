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
#include "directory/audit.hpp"
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

// What others are told of TLS on the way to a domain (RFC 8461).
struct MtaSts {
  enum class Mode : std::uint8_t {
    off,      // no policy is published
    none,     // one that takes back what was published before (8.3)
    testing,  // trouble is reported
    enforce,  // and no mail comes without valid TLS
  };
  Mode mode = Mode::off;
  std::chrono::seconds max_age{std::chrono::days(7)};  // that others may keep it
  bool operator==(const MtaSts&) const = default;
};
[[nodiscard]] std::string_view text_of(MtaSts::Mode mode);
[[nodiscard]] std::optional<MtaSts::Mode> mta_sts_mode(std::string_view text);

// How much may be sent; nothing: as the house's default says.
struct SendLimits {
  std::optional<std::uint64_t> messages_per_hour;
  std::optional<std::uint64_t> messages_per_day;
  std::optional<std::uint64_t> new_recipients_per_hour;  // to whom the account has never sent
  std::optional<std::uint64_t> new_recipients_per_day;
};

// An account that sent like a stolen one may not send until somebody has looked.
struct Pause {
  Time since;
  std::string reason;
};

struct AccountInfo {
  AccountId id;
  std::string name;  // its canonical address
  std::string display_name;
  bool disabled = false;
  std::uint64_t quota_bytes = 0;  // 0: unlimited
  std::vector<std::string> send_as;
  Time created_at;
  bool main_password_for_web_only = false;
  std::optional<Pause> pause = {};
  bool pop_delete_hides = false;  // what POP3 deletes is only not shown there any more
  bool group = false;  // nobody logs in as it; its members share its mail and may send as it
  std::vector<AccountId> groups = {};  // that it is a member of
};

// What a login is for. On disk, as bits of an app password: never renumber.
enum class Scope : std::uint32_t {
  imap = 1,
  smtp = 2,
  dav = 4,
  pop3 = 8,
  jmap = 16,
  sieve = 32,
  web = 64,  // the main password only
};
[[nodiscard]] std::string_view word(Scope scope);
[[nodiscard]] std::optional<Scope> parse_scope(std::string_view word);

struct AppPasswordInfo {
  std::string name;
  std::vector<Scope> scopes;
  Time created_at;
  std::optional<Time> last_used;  // to the hour
  std::string last_peer;
};

struct TotpEnrolment {
  std::string secret;  // base32, to type
  std::string uri;     // otpauth://totp/…, to show as a QR code
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
  awaitable<Result<>> add_domain(std::string name, std::string alias_of = {}, Actor by = {});
  awaitable<Result<>> remove_domain(std::string name,
                                    Actor by = {});  // only when nothing in it is left
  [[nodiscard]] std::vector<DomainInfo> domains() const;
  [[nodiscard]] bool is_local(std::string_view canonical_domain) const;
  awaitable<Result<>> set_mta_sts(std::string domain, MtaSts policy, Actor by = {});
  [[nodiscard]] MtaSts mta_sts(std::string_view canonical_domain) const;

  // Accounts. A new one has its own address; the first of a domain also gets postmaster and abuse
  // (RFC 2142).
  awaitable<Result<AccountInfo>> add_account(std::string address, std::string password,
                                             std::string display_name, std::uint64_t quota_bytes,
                                             Actor by = {});
  // Its address and aliases to it; not its mail.
  awaitable<Result<>> remove_account(std::string address, Actor by = {});
  awaitable<Result<>> set_password(std::string address, std::string password, Actor by = {});
  awaitable<Result<>> set_disabled(std::string address, bool disabled, Actor by = {});
  awaitable<Result<>> set_quota(std::string address, std::uint64_t quota_bytes, Actor by = {});
  awaitable<Result<>> set_send_as(std::string address, std::vector<std::string> also,
                                  Actor by = {});
  // Whether what POP3 deletes is only hidden there.
  awaitable<Result<>> set_pop_delete_hides(std::string address, bool hides, Actor by = {});
  [[nodiscard]] std::vector<AccountInfo> accounts() const;
  [[nodiscard]] std::optional<AccountInfo> account(AccountId id) const;
  [[nodiscard]] std::optional<AccountInfo> account(std::string_view address) const;

  // Groups: accounts without a password, whose members share their mail. They are among accounts()
  // and removed like others.
  awaitable<Result<AccountInfo>> add_group(std::string address, std::string display_name,
                                           std::uint64_t quota_bytes, Actor by = {});
  awaitable<Result<>> set_member(std::string group, std::string account, bool member,
                                 Actor by = {});
  [[nodiscard]] std::vector<AccountInfo> members(AccountId group) const;

  // Aliases; the address "@domain" is the catch-all.
  awaitable<Result<>> set_alias(std::string address, std::vector<std::string> targets,
                                Actor by = {});
  awaitable<Result<>> remove_alias(std::string address, Actor by = {});
  [[nodiscard]] std::vector<AliasInfo> aliases() const;

  // Relays. "" is the default.
  awaitable<Result<>> set_relay(RelayInfo relay, Actor by = {});
  awaitable<Result<>> remove_relay(std::string domain, Actor by = {});
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

  // The account when the name and the password are right for this use and it is not disabled. A
  // right main password is remembered as a keyed hash in memory for some minutes; the number of
  // argon2 runs at once is bounded by the pool. `peer` is noted as the last use of an app password.
  awaitable<std::optional<AccountInfo>> authenticate(std::string name, std::string password,
                                                     Scope scope, std::string peer = {});
  // For SCRAM: all passwords that would do. An unknown user gets a stable salt of his own that no
  // password fits, so that names cannot be probed.
  [[nodiscard]] ScramKeys scram_keys(std::string_view name, Scope scope) const;
  // SCRAM has proved that the client has this secret of scram_keys() (ScramSecret::id): the account
  // when it still is good for this use.
  awaitable<std::optional<AccountInfo>> proved(std::string name, Scope scope, std::uint64_t secret,
                                               std::string peer = {});

  // App passwords: one for each program, made here, shown once. They go on when the main password
  // changes.
  awaitable<Result<std::string>> add_app_password(std::string address, std::string name,
                                                  std::vector<Scope> scopes, Actor by = {});
  awaitable<Result<>> remove_app_password(std::string address, std::string name, Actor by = {});
  [[nodiscard]] Result<std::vector<AppPasswordInfo>> app_passwords(std::string address) const;
  // Programs must have app passwords; the main password is for the web.
  awaitable<Result<>> set_main_password_for_web_only(std::string address, bool only, Actor by = {});

  // A second factor for the web (RFC 6238). It counts from the first right code on; the recovery
  // codes given then are for one use each.
  awaitable<Result<TotpEnrolment>> begin_totp(std::string address, std::string issuer,
                                              Actor by = {});
  awaitable<Result<std::vector<std::string>>> confirm_totp(std::string address, std::string code,
                                                           Actor by = {});
  awaitable<Result<>> remove_totp(std::string address, Actor by = {});
  [[nodiscard]] bool has_totp(AccountId account) const;                     // an active one
  [[nodiscard]] Result<std::string> totp_state(std::string address) const;  // off, begun, on
  // A code of this half minute or the ones beside it, or a recovery code: each is taken once. After
  // some wrong ones in a row only recovery codes are looked at for a while.
  awaitable<Result<bool>> verify_totp(AccountId account, std::string code);

  // Sending.
  awaitable<Result<>> set_send_limits(std::string address, SendLimits limits, Actor by = {});
  awaitable<Result<>> set_domain_send_limits(std::string domain, SendLimits limits, Actor by = {});
  [[nodiscard]] SendLimits send_limits(AccountId account) const;
  [[nodiscard]] SendLimits domain_send_limits(std::string_view domain) const;
  awaitable<Result<>> pause(AccountId account, std::string reason, Actor by);
  awaitable<Result<>> unpause(std::string address, Actor by = {});

  // The audit log, and an entry about a change that is not of the directory.
  [[nodiscard]] std::vector<AuditEntry> audit(Time since, std::size_t most,
                                              const AuditFilter& filter = {}) const;
  awaitable<Result<>> note(Actor by, std::string action, std::string object, std::string details);

  // May the account send with this address as MAIL FROM or From: its own (with or without +tag), an
  // alias that leads to it alone or with others, or one it was given.
  [[nodiscard]] bool may_send_as(AccountId account, const Address& address) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::directory
