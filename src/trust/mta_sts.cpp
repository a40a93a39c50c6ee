#include "trust/mta_sts.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "message/parameters.hpp"
#include "net/dns_rdata.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

constexpr std::string_view kVersion = "STSv1";
constexpr std::size_t kMaxName = 32;  // of a field or an id

bool is_wsp(char c) { return c == ' ' || c == '\t'; }

std::string_view without_wsp(std::string_view text) {
  while (!text.empty() && is_wsp(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_wsp(text.back())) text.remove_suffix(1);
  return text;
}

// sts-ext-name and sts-policy-ext-name.
bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxName) return false;
  if (!is_alpha(text.front()) && !is_digit(text.front())) return false;
  return std::ranges::all_of(
      text, [](char c) { return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; });
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c); });
}

// sts-ext-value: visible, without "=" and ";".
bool is_record_value(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7F && c != '=' && c != ';';
  });
}

// sts-policy-ext-value: visible ASCII, UTF-8, and spaces within.
bool is_policy_value(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return (static_cast<unsigned char>(c) < ' ') || c == 0x7F; });
}

bool is_mx_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  return net::is_dns_name(text) && text.find('*') == std::string_view::npos;
}

// Takes the fields of a policy one after the other.
class PolicyReader {
 public:
  bool take(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = without_wsp(line.substr(colon + 1));
    if (!is_name(name) || !is_policy_value(value)) return false;
    if (name == "mx") return take_mx(value);
    // 3.2: of a field that comes twice the first counts.
    if (name == "version") return version_ || (version_ = value == kVersion);
    if (name == "mode") return mode_ || take_mode(value);
    if (name == "max_age") return max_age_ || take_max_age(value);
    return !value.empty();
  }

  [[nodiscard]] std::optional<StsPolicy> finish() && {
    if (!version_ || !mode_ || !max_age_) return std::nullopt;
    if (policy_.mx.empty() && policy_.mode != StsMode::none) return std::nullopt;
    return std::move(policy_);
  }

 private:
  bool take_mx(std::string_view value) {
    if (!is_mx_pattern(value) || policy_.mx.size() == kMaxStsMxPatterns) return false;
    policy_.mx.push_back(to_lower(value));
    return true;
  }
  bool take_mode(std::string_view value) {
    if (value == "enforce") policy_.mode = StsMode::enforce;
    if (value == "testing") policy_.mode = StsMode::testing;
    return mode_ = value == "none" || policy_.mode != StsMode::none;
  }
  bool take_max_age(std::string_view value) {
    const auto seconds = parse_number(value);
    if (!seconds || value.size() > 10) return false;
    policy_.max_age = std::min(std::chrono::seconds(*seconds), kMaxStsAge);
    return max_age_ = true;
  }

  StsPolicy policy_;
  bool version_ = false;
  bool mode_ = false;
  bool max_age_ = false;
};

StsFetch failed(StsFetch::Status status, std::string reason) {
  return {status, std::move(reason), {}};
}

}  // namespace

bool StsPolicy::allows(std::string_view host) const {
  if (host.ends_with('.')) host.remove_suffix(1);
  return std::ranges::any_of(mx, [host](std::string_view pattern) {
    if (!pattern.starts_with("*.")) return iequals(pattern, host);
    const auto dot = host.find('.');
    return dot != std::string_view::npos && dot > 0 && iequals(pattern.substr(1), host.substr(dot));
  });
}

std::optional<std::string> parse_sts_record(std::string_view text) {
  constexpr std::string_view kBegin = "v=STSv1";
  if (!text.starts_with(kBegin)) return std::nullopt;
  text = without_wsp(text.substr(kBegin.size()));
  if (!text.starts_with(';')) return std::nullopt;
  std::optional<std::string> id;
  while (!text.empty()) {
    text.remove_prefix(1);  // the delimiter
    const auto end = std::min(text.find(';'), text.size());
    const std::string_view field = without_wsp(text.substr(0, end));
    text.remove_prefix(end);
    if (field.empty() && text.empty()) break;  // the last delimiter
    const auto equals = field.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view name = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    if (!is_name(name) || !is_record_value(value)) return std::nullopt;
    if (name != "id" || id) continue;
    if (!is_id(value)) return std::nullopt;
    id = value;
  }
  return id;
}

std::optional<StsPolicy> parse_sts_policy(std::string_view text) {
  if (text.size() > kMaxStsPolicy) return std::nullopt;
  PolicyReader reader;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    // The grammar has no empty lines, but many files end with some; nothing is lost by them.
    line = without_wsp(line);
    if (!line.empty() && !reader.take(line)) return std::nullopt;
  }
  return std::move(reader).finish();
}

StsLookup read_sts_records(const net::DnsAnswer<std::string>& answer) {
  using Status = StsLookup::Status;
  if (answer.status == net::DnsStatus::failed || answer.status == net::DnsStatus::bogus) {
    return {Status::failed, {}};
  }
  std::optional<std::string> id;
  unsigned records = 0;
  for (const std::string& text : answer.records) {
    if (!text.starts_with("v=STSv1;") && !parse_sts_record(text)) continue;
    ++records;
    id = parse_sts_record(text);
  }
  if (records != 1 || !id) return {Status::none, {}};
  return {Status::found, *id};
}

awaitable<StsLookup> look_up_sts(net::Resolver& resolver, std::string domain) {
  const auto answer = co_await resolver.txt("_mta-sts." + domain);
  co_return read_sts_records(answer);
}

StsFetch read_sts_response(const net::HttpsResponse& response) {
  using Http = net::HttpsResponse::Outcome;
  using Status = StsFetch::Status;
  if (response.outcome == Http::too_large) return failed(Status::malformed, "it is too large");
  if (response.outcome == Http::tls && response.fault != net::CertificateFault::none) {
    return failed(Status::bad_certificate, response.reason);
  }
  if (response.outcome != Http::answered) return failed(Status::unavailable, response.reason);
  if (response.status != 200) {  // 3.3: redirections are not followed
    return failed(Status::unavailable, "HTTP status " + std::to_string(response.status));
  }
  // 3.2: against hosts where strangers may place files of other kinds.
  const auto type = message::parse_media_type(response.content_type);
  if (type.type != "text" || type.subtype != "plain") {
    return failed(Status::malformed, "it is not text/plain");
  }
  auto policy = parse_sts_policy(response.body);
  if (!policy) return failed(Status::malformed, "it is not a policy");
  return {Status::found, {}, std::move(*policy)};
}

awaitable<StsFetch> fetch_sts(net::HttpsClient& client, std::string domain) {
  net::HttpsRequest request;
  request.host = "mta-sts." + domain;
  request.target = "/.well-known/mta-sts.txt";
  request.max_body = kMaxStsPolicy;
  const auto response = co_await client.ask(std::move(request), net::after(kStsFetchWait));
  co_return read_sts_response(response);
}

StsPublication publish_sts(StsMode mode, std::chrono::seconds max_age,
                           std::span<const std::string> mx_hosts) {
  StsPublication out;
  out.policy = "version: STSv1\r\nmode: ";
  out.policy += mode == StsMode::enforce   ? "enforce"
                : mode == StsMode::testing ? "testing"
                                           : "none";
  out.policy += "\r\n";
  std::vector<std::string> hosts(mx_hosts.begin(), mx_hosts.end());
  std::ranges::sort(hosts);  // the order of the MX records must not make another id
  for (const std::string& host : hosts) out.policy += "mx: " + to_lower(host) + "\r\n";
  out.policy += "max_age: " + std::to_string(std::min(max_age, kMaxStsAge).count()) + "\r\n";
  const BlobHash digest = sha256(out.policy);
  out.record = "v=STSv1; id=" + hex(digest.view().substr(0, 16)) + ";";
  return out;
}

}  // namespace freehold::trust
