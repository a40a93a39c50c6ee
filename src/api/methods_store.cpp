#include <boost/json/array.hpp>

#include "api/check_report.hpp"
#include "api/method.hpp"
#include "mailstore/check.hpp"

namespace freehold::api {

json::object describe(const mailstore::CheckReport& report) {
  json::array findings;
  for (const auto& finding : report.findings) findings.emplace_back(finding);
  return {{"clean", report.clean()},         {"accounts", report.accounts},
          {"emails", report.emails},         {"bodies", report.bodies},
          {"body_bytes", report.body_bytes}, {"queued", report.queued},
          {"findings", std::move(findings)}, {"more_findings", report.more_findings},
          {"repaired", report.repaired}};
}

namespace {

// Beside the working server, so without repair: a change that is under way is not to be mended.
awaitable<Answer> store_check(const Services& services, json::object params) {
  if (flag_of(params, "repair")) {
    co_return problem(Problem::Kind::denied, "a store is not repaired while the server works on it",
                      {}, "stop the server, then run `freehold store check --repair`");
  }
  const auto report = co_await services.mailstore.pool().run(
      [&] { return mailstore::check(services.mailstore.engine(), false); });
  co_return json::value(describe(report));
}

constexpr NamedMethod kMethods[] = {{"store.check", store_check}};

}  // namespace

std::span<const NamedMethod> store_methods() { return kMethods; }

}  // namespace freehold::api
