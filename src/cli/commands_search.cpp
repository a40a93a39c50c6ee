#include <chrono>
#include <iostream>
#include <thread>

#include "cli/command.hpp"
#include "cli/progress.hpp"

// The full-text index.
namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string account;
  bool all = false;
  bool no_wait = false;
};
using Shared = std::shared_ptr<Options>;

std::uint64_t sum_of(const json::value& rows, std::string_view key) {
  std::uint64_t sum = 0;
  for (const auto& row : rows.as_array()) sum += row.at(key).to_number<std::uint64_t>();
  return sum;
}

// Until nothing is missing any more.
Result<> wait_for(const Program& program, const json::object& whose) {
  constexpr std::chrono::milliseconds kLook{200};
  Progress progress("indexing");
  while (true) {
    const auto status = program.ask("search.status", whose);
    if (!status) return status.error();
    const auto missing = sum_of(*status, "missing") + sum_of(*status, "to_extract");
    if (missing == 0) return {};
    const auto indexed = sum_of(*status, "indexed");
    progress.show(indexed, indexed + missing);
    std::this_thread::sleep_for(kLook);
  }
}

Result<> rebuild(const Program& program, const Options& o) {
  json::object whose;
  if (!o.account.empty()) whose["account"] = o.account;
  json::object params = whose;
  params["all"] = o.all;
  const auto begun = program.ask("search.rebuild", params);
  if (!begun) return begun.error();
  if (!o.no_wait) {
    if (auto waited = wait_for(program, whose); !waited) return waited;
  }
  if (program.json) {
    print_json(*begun);
  } else if (o.no_wait) {
    std::cout << "the index is being made anew; see `freehold search status`\n";
  } else {
    std::cout << "the index is complete\n";
  }
  return {};
}

}  // namespace

void add_search_commands(CLI::App& app, Program& program) {
  auto& search = *app.add_subcommand("search", "The full-text index");
  search.require_subcommand(1);
  const auto o = std::make_shared<Options>();  // shared by the commands' callbacks

  auto& status = *search.add_subcommand("status", "How far each account's index is");
  status.add_option("ACCOUNT", o->account, "Only this one's");
  status.footer("Example: freehold search status --json");
  status.callback([&program, o] {
    program.action = [&program, o] {
      json::object params;
      if (!o->account.empty()) params["account"] = o->account;
      return program.show("search.status", params,
                          {{"account", "ACCOUNT"},
                           {"state", "STATE"},
                           {"emails", "EMAILS"},
                           {"indexed", "INDEXED"},
                           {"missing", "MISSING"},
                           {"to_extract", "TO EXTRACT"},
                           {"bytes", "BYTES"}});
    };
  });

  auto& anew = *search.add_subcommand("rebuild", "Throw an index away and make it anew");
  auto* account = anew.add_option("ACCOUNT", o->account, "Whose");
  auto* all = anew.add_flag("--all", o->all, "All accounts'");
  account->excludes(all);
  anew.add_flag("--no-wait", o->no_wait, "Return at once; it goes on in the server");
  anew.footer(
      "Example: freehold search rebuild anna@example.org\nSearches go on meanwhile, slower.");
  anew.callback([&program, o] {
    if (o->account.empty() && !o->all) throw CLI::ValidationError("say ACCOUNT or --all");
    program.action = [&program, o] { return rebuild(program, *o); };
  });
}

}  // namespace freehold::cli
