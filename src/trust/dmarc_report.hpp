#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace freehold::trust {

// Aggregate reports of DMARC: RFC 9990, and RFC 7489, appendix C, which most of what comes in still
// is. All values are texts in the schema's own words, for other reporters use more than there are.

struct AggregateReason {
  std::string type;
  std::string comment;
  bool operator==(const AggregateReason&) const = default;
};
struct AggregateDkim {
  std::string domain;
  std::string selector;
  std::string result;
  std::string human_result;
  bool operator==(const AggregateDkim&) const = default;
};
struct AggregateSpf {
  std::string domain;
  std::string scope;
  std::string result;
  std::string human_result;
  bool operator==(const AggregateSpf&) const = default;
};

// What is the same of a number of messages.
struct AggregateRow {
  std::string source_ip;
  std::uint64_t count = 0;
  std::string disposition;  // "none", "pass", "quarantine", "reject"
  std::string dkim;         // "pass" or "fail": the aligned result
  std::string spf;
  std::vector<AggregateReason> reasons;
  std::string header_from;
  std::optional<std::string> envelope_from;  // a domain; empty: the null reverse path
  std::string envelope_to;                   // a domain
  std::vector<AggregateDkim> dkim_results;
  std::vector<AggregateSpf> spf_results;
  bool operator==(const AggregateRow&) const = default;
};

struct AggregatePolicy {
  std::string domain;
  std::string discovery_method;  // "psl", "treewalk"; empty here and below: not said
  std::string p;
  std::string sp;
  std::string np;
  std::string adkim;
  std::string aspf;
  std::string fo;
  std::string testing;  // "y", "n"
  std::string pct;      // RFC 7489 only; not written
  bool operator==(const AggregatePolicy&) const = default;
};

struct AggregateReport {
  std::string organization;
  std::string email;
  std::string extra_contact;
  std::string id;
  Time begin{};
  Time end{};
  std::vector<std::string> errors;
  std::string generator;
  AggregatePolicy policy;
  std::vector<AggregateRow> rows;
  bool cut = false;  // there were more rows than we read
  bool operator==(const AggregateReport&) const = default;
};

enum class AggregateProblem : std::uint8_t {
  none,
  broken,     // not well-formed, or the archive is not
  forbidden,  // a DOCTYPE, or too deep
  too_large,
  incomplete,  // well-formed, but without what a report must have
};
struct AggregateReading {
  AggregateProblem problem = AggregateProblem::none;
  AggregateReport report;  // when there was no problem
};
[[nodiscard]] AggregateReading parse_aggregate(std::string_view xml);
// The same from an attachment: XML, gzip or zip, by what it begins with.
[[nodiscard]] AggregateReading read_aggregate(std::string_view attachment);

// The same report gives the same text: rows are sorted (RFC 9990's namespace and order).
[[nodiscard]] std::string write_aggregate(const AggregateReport& report);
// The order of rows in a report.
void sort_rows(std::vector<AggregateRow>& rows);

}  // namespace freehold::trust
