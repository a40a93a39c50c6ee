#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "message/date.hpp"
#include "trust/limits.hpp"
#include "trust/report_text.hpp"
#include "trust/tls_report.hpp"

namespace freehold::trust {

namespace json = boost::json;

namespace {

constexpr std::string_view kTypes[] = {"no-policy-found", "tlsa", "sts"};

json::array strings(const std::vector<std::string>& list) {
  json::array out;
  for (const auto& text : list) out.emplace_back(text);
  return out;
}

void put(json::object& into, std::string_view name, const std::string& text) {
  if (!text.empty()) into[name] = text;
}

json::object written(const TlsFailure& failure) {
  json::object out;
  out["result-type"] = failure.result_type;
  put(out, "sending-mta-ip", failure.sending_ip);
  put(out, "receiving-mx-hostname", failure.mx_host);
  put(out, "receiving-mx-helo", failure.mx_helo);
  put(out, "receiving-ip", failure.receiving_ip);
  out["failed-session-count"] = failure.sessions;
  put(out, "additional-information", failure.information);
  put(out, "failure-reason-code", failure.reason_code);
  return out;
}

json::object written(const TlsPolicyResult& result) {
  json::object policy;
  policy["policy-type"] = kTypes[static_cast<std::size_t>(result.type)];
  if (result.type != TlsPolicyType::none) policy["policy-string"] = strings(result.policy);
  policy["policy-domain"] = result.domain;
  if (result.type == TlsPolicyType::sts) policy["mx-host"] = strings(result.mx_hosts);
  json::object out;
  out["policy"] = std::move(policy);
  out["summary"] = {{"total-successful-session-count", result.successes},
                    {"total-failure-session-count", result.failures}};
  if (!result.details.empty()) {
    json::array details;
    for (const auto& failure : result.details) details.emplace_back(written(failure));
    out["failure-details"] = std::move(details);
  }
  return out;
}

// Reading: nothing here trusts that a member is there, or of the right kind.

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value ? value->if_string() : nullptr;
  if (text == nullptr) return {};
  return report_text(*text, kMaxReportString);
}

std::uint64_t count_at(const json::object& object, std::string_view name) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 53;  // sums of them do not overflow
  const auto* value = object.if_contains(name);
  if (value == nullptr) return 0;
  if (const auto* number = value->if_uint64()) return std::min(*number, kMost);
  const auto* number = value->if_int64();
  return number && *number > 0 ? std::min(static_cast<std::uint64_t>(*number), kMost) : 0;
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_array() : nullptr;
}

// A list of strings; some write a single one.
std::vector<std::string> strings_at(const json::object& object, std::string_view name) {
  std::vector<std::string> out;
  if (const auto* list = array_at(object, name)) {
    for (const auto& one : *list) {
      if (out.size() == kMaxTlsReportFailures) break;
      const json::object wrapped = {{"x", one}};
      if (one.is_string()) out.push_back(text_at(wrapped, "x"));
    }
  } else if (auto one = text_at(object, name); !one.empty()) {
    out.push_back(std::move(one));
  }
  return out;
}

std::optional<Time> time_at(const json::object& object, std::string_view name) {
  const auto date = message::parse_date(text_at(object, name));
  if (!date) return std::nullopt;
  return date->at;
}

TlsFailure failure_from(const json::object& object) {
  return {text_at(object, "result-type"),           text_at(object, "sending-mta-ip"),
          text_at(object, "receiving-mx-hostname"), text_at(object, "receiving-mx-helo"),
          text_at(object, "receiving-ip"),          text_at(object, "additional-information"),
          text_at(object, "failure-reason-code"),   count_at(object, "failed-session-count")};
}

std::optional<TlsPolicyResult> policy_from(const json::object& object) {
  const auto* policy = object_at(object, "policy");
  const auto* summary = object_at(object, "summary");
  if (policy == nullptr || summary == nullptr) return std::nullopt;
  TlsPolicyResult out;
  const auto* type = std::ranges::find(kTypes, text_at(*policy, "policy-type"));
  if (type == std::end(kTypes)) return std::nullopt;
  out.type = static_cast<TlsPolicyType>(type - std::begin(kTypes));
  out.domain = text_at(*policy, "policy-domain");
  out.policy = strings_at(*policy, "policy-string");
  out.mx_hosts = strings_at(*policy, "mx-host");
  out.successes = count_at(*summary, "total-successful-session-count");
  out.failures = count_at(*summary, "total-failure-session-count");
  if (const auto* details = array_at(object, "failure-details")) {
    for (const auto& one : *details) {
      if (out.details.size() == kMaxTlsReportRead) break;
      if (const auto* failure = one.if_object()) out.details.push_back(failure_from(*failure));
    }
  }
  return out;
}

}  // namespace

std::string write_tls_report(const TlsReport& report) {
  json::object out;
  out["organization-name"] = report.organization;
  out["date-range"] = {{"start-datetime", rfc3339(report.begin)},
                       {"end-datetime", rfc3339(report.end)}};
  out["contact-info"] = report.contact;
  out["report-id"] = report.id;
  json::array policies;
  for (const auto& policy : report.policies) policies.emplace_back(written(policy));
  out["policies"] = std::move(policies);
  return json::serialize(out);
}

std::optional<TlsReport> parse_tls_report(std::string_view text) {
  if (text.size() > kMaxTlsReportJson) return std::nullopt;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  json::parse_options options;
  options.max_depth = kMaxTlsReportJsonDepth;
  boost::system::error_code error;
  const json::value value = json::parse(text, error, {}, options);
  const auto* object = error ? nullptr : value.if_object();
  const auto* range = object ? object_at(*object, "date-range") : nullptr;
  const auto* policies = object ? array_at(*object, "policies") : nullptr;
  if (range == nullptr || policies == nullptr) return std::nullopt;
  const auto begin = time_at(*range, "start-datetime");
  const auto end = time_at(*range, "end-datetime");
  if (!begin || !end || *end < *begin) return std::nullopt;
  TlsReport report;
  report.organization = text_at(*object, "organization-name");
  report.contact = text_at(*object, "contact-info");
  report.id = text_at(*object, "report-id");
  report.begin = *begin;
  report.end = *end;
  for (const auto& one : *policies) {
    if (report.policies.size() == kMaxTlsReportRead) break;
    const auto* policy = one.if_object();
    auto result = policy ? policy_from(*policy) : std::nullopt;
    if (result) report.policies.push_back(std::move(*result));
  }
  if (report.id.empty()) return std::nullopt;
  return report;
}

}  // namespace freehold::trust
