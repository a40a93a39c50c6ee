#include <iostream>

#include "api/check_report.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "mailstore/check.hpp"
#include "store/engine.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

void print_report(const json::value& report) {
  std::cout << member(report, "accounts") << " accounts, " << member(report, "emails")
            << " emails, " << member(report, "bodies") << " bodies of "
            << member(report, "body_bytes") << " bytes, " << member(report, "queued")
            << " queued\n";
  if (const auto* findings = report.get_object().if_contains("findings");
      findings != nullptr && findings->is_array()) {
    for (const auto& finding : findings->get_array())
      std::cout << "  " << std::string(finding.get_string()) << '\n';
  }
  if (member(report, "more_findings") != "0")
    std::cout << "  and " << member(report, "more_findings") << " more\n";
  if (member(report, "repaired") != "0")
    std::cout << member(report, "repaired") << " of them repaired\n";
  if (member(report, "clean") == "yes") std::cout << "the store is clean\n";
}

// The server has the store open while it runs; else this process opens it.
Result<json::value> check(const Program& program, bool repair) {
  auto asked = program.ask("store.check", {{"repair", repair}});
  if (asked || asked.error().kind != Problem::Kind::unavailable) return asked;
  const auto config = program.config();
  if (!config) return config.error();
  store::EngineSettings settings;
  settings.folder = config->data / "store";
  auto engine = store::open_rocksdb(settings, false);
  if (!engine) return engine.error();
  Progress progress("checking");
  return json::value(api::describe(mailstore::check(
      **engine, repair,
      [&progress](std::uint64_t done, std::uint64_t all) { progress.show(done, all); })));
}

}  // namespace

void add_store_commands(CLI::App& app, Program& program) {
  const auto repair = std::make_shared<bool>(false);  // shared by the command's callback
  auto& store = *app.add_subcommand("store", "The mail store");
  store.require_subcommand(1);
  auto& verify = *store.add_subcommand("check", "Verify every reference, digest and counter");
  verify.footer(
      "Example: freehold store check --json\nExit status 1 when something was found that is not "
      "repaired.");
  verify.add_flag("--repair", *repair,
                  "Mend what can be mended without loss (with the server stopped)");
  verify.callback([&program, repair] {
    program.action = [&program, repair]() -> Result<> {
      const auto report = check(program, *repair);
      if (!report) return report.error();
      if (program.json) {
        print_json(*report);
      } else {
        print_report(*report);
      }
      if (member(*report, "clean") == "yes" || *repair) return {};
      return problem(Problem::Kind::corrupt, "the store has faults", {},
                     "stop the server and run it with --repair");
    };
  });
}

}  // namespace freehold::cli
