#include "trust/auth_result.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"

namespace freehold::trust {

namespace {

// RFC 6008, 3: eight characters tell a message's signatures apart.
constexpr std::size_t kSignatureBeginning = 8;

AuthResult make(std::string_view method, std::string_view result, std::string_view reason) {
  return {
      .method = std::string(method), .result = std::string(result), .reason = std::string(reason)};
}

void add(AuthResult& result, std::string_view type, std::string_view name, std::string value) {
  if (value.empty()) return;
  result.properties.push_back({std::string(type), std::string(name), std::move(value)});
}

}  // namespace

AuthResult auth_result(const IprevVerdict& verdict, const net::IpAddress& client) {
  AuthResult out = make("iprev", iprev_result_name(verdict.result), verdict.problem);
  add(out, "policy", "iprev", client.text());
  return out;
}

AuthResult auth_result(const SpfVerdict& verdict, std::string_view reverse_path,
                       std::string_view helo) {
  AuthResult out = make("spf", spf_result_name(verdict.result), verdict.problem);
  add(out, "smtp", "mailfrom", std::string(reverse_path));
  add(out, "smtp", "helo", std::string(helo));
  return out;
}

AuthResult auth_result(const DmarcVerdict& verdict) {
  AuthResult out = make("dmarc", dmarc_result_name(verdict.result), verdict.problem);
  add(out, "header", "from", verdict.author_domain);
  if (!verdict.record_domain.empty()) {
    add(out, "policy", "dmarc", std::string(dmarc_policy_name(verdict.policy)));
  }
  return out;
}

AuthResult auth_result(const DkimFacts& facts) {
  AuthResult out = make("dkim", facts.result, facts.reason);
  add(out, "header", "d", facts.domain);
  add(out, "header", "i", facts.identity);
  add(out, "header", "s", facts.selector);
  add(out, "header", "a", facts.algorithm);
  std::string beginning;
  std::ranges::copy_if(facts.signature, std::back_inserter(beginning),
                       [](char c) { return !is_space(c); });
  add(out, "header", "b", beginning.substr(0, kSignatureBeginning));
  return out;
}

AuthResult arc_auth_result(std::string_view result, std::string_view reason, unsigned oldest_pass,
                           const net::IpAddress& client) {
  AuthResult out = make("arc", result, reason);
  if (result == "pass") add(out, "header", "oldest-pass", std::to_string(oldest_pass));
  add(out, "smtp", "remote-ip", client.text());
  return out;
}

}  // namespace freehold::trust
