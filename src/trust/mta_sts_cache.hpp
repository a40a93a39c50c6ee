#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/suspend.hpp"
#include "base/time.hpp"
#include "store/lane.hpp"
#include "trust/mta_sts.hpp"

namespace freehold::trust {

// What is remembered of a domain: its policy, or that there was none to be had.
struct StsEntry {
  std::optional<StsPolicy> policy;
  std::string id;  // of the record that the policy was fetched for
  Time fetched_at{};
  std::optional<Time> failed_at;  // the last fetch, when it failed
  std::string failed_id;          // the record's id then
  StsFetch::Status failure = StsFetch::Status::unavailable;

  bool operator==(const StsEntry&) const = default;
  // Whether the policy holds: max_age counts from the fetch (RFC 8461, 3.2).
  [[nodiscard]] bool holds(Time now) const;
};
[[nodiscard]] std::string encode(const StsEntry& entry);
// What `key` of the store holds; throws store::ReadError for what is corrupt.
[[nodiscard]] std::optional<StsEntry> read_sts_entry(const store::Reader& from,
                                                     std::string_view domain);

// RFC 8461, 3.3 and 5.1, without any I/O.
struct StsDecision {
  enum class Fetch : std::uint8_t {
    no,
    behind,  // the entry holds meanwhile: the message does not wait
    first,   // before the message goes on
  };
  Fetch fetch = Fetch::no;
};
[[nodiscard]] StsDecision decide_sts(const std::optional<StsEntry>& entry, const StsLookup& record,
                                     Time now);
// The entry after a fetch. A policy that holds survives a fetch that failed.
[[nodiscard]] StsEntry after_fetch(std::optional<StsEntry> entry, const StsLookup& record,
                                   const StsFetch& fetched, Time now);

// A domain's policy for one delivery.
struct StsState {
  std::optional<StsPolicy> policy;  // that holds; of any mode
  // Why there is none, or no fresh one, though the domain has a record: for the TLS report.
  std::optional<StsFetch::Status> failure;
  std::string reason;
  bool refresh_behind = false;  // the caller spawns refresh(), and does not wait for it
};

// Cached policies, kept in the store. Owned by the wiring, used from every thread; the others
// outlive it and its coroutines.
class StsCache {
 public:
  StsCache(net::Resolver& resolver, net::HttpsClient& client, store::Engine& engine,
           const Clock& clock)
      : resolver_(resolver), client_(client), engine_(engine), clock_(clock), lane_(engine) {}

  // The policy that holds for mail to this domain (lower case, ASCII). Waits for a fetch only when
  // none is known or its id has changed.
  awaitable<StsState> find(std::string domain);
  // Fetches anew, whatever is known.
  awaitable<StsState> refresh(std::string domain);
  // Domains whose policy should be fetched anew before it expires though no mail goes there now
  // (RFC 8461, 10.2); what has expired for good is not among them. At most `most`.
  [[nodiscard]] std::vector<std::string> due(std::size_t most) const;

 private:
  // Of the fetches of one domain there is one at a time; the others wait for what it brings.
  class Turn;
  awaitable<StsState> fetch(std::string domain, StsLookup record);
  [[nodiscard]] StsState state_of(const std::string& domain, const StsLookup& record) const;

  net::Resolver& resolver_;
  net::HttpsClient& client_;
  store::Engine& engine_;
  const Clock& clock_;
  store::Lane lane_;
  std::mutex mutex_;
  std::map<std::string, std::vector<Resume>> fetching_;  // domains, and who waits
};

}  // namespace freehold::trust
