#include "cli/command_line.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "base/utf8.hpp"
#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/control_client.hpp"

namespace freehold::cli {

namespace json = boost::json;

Result<json::value> Program::ask(std::string_view method, const json::object& params) const {
  const auto loaded = config();
  if (!loaded) return loaded.error();
  return ask_server(loaded->control, method, params);
}

Result<> Program::tell(std::string_view method, const json::object& params,
                       const std::string& said) const {
  const auto result = ask(method, params);
  if (!result) return result.error();
  if (json) {
    print_json(*result);
  } else {
    std::cout << said << '\n';
  }
  return {};
}

int run(int argc, char** argv) {
  Program program;
  CLI::App app("Freehold: the private mail system that its owner really owns.", "freehold");
  app.add_option("--config", program.config_file, "The configuration file")->capture_default_str();
  app.add_flag("--json", program.json, "Print JSON");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(
      "Examples:\n  freehold setup mail.example.org example.org\n  freehold account add "
      "anna@example.org\n"
      "  freehold queue list --json\nSee freehold(1), or `freehold COMMAND --help`.");
  add_server_commands(app, program);
  add_directory_commands(app, program);
  add_group_commands(app, program);
  add_relay_commands(app, program);
  add_queue_commands(app, program);
  add_guard_commands(app, program);
  add_filter_commands(app, program);
  add_store_commands(app, program);
  add_undelete_command(app, program);
  add_search_commands(app, program);
  add_trust_commands(app, program);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto done = program.action ? program.action() : Result<>();
  if (done) return 0;
  if (program.json) {
    const auto& problem = done.error();
    std::cerr << json::serialize(json::object{
                     {"error",
                      {{"what", problem.what}, {"where", problem.where}, {"fix", problem.fix}}}})
              << '\n';
  } else {
    std::cerr << "freehold: " << printable(done.error().text()) << '\n';
  }
  return 1;
}

}  // namespace freehold::cli
