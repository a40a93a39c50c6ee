#include <unistd.h>

#include <boost/json/array.hpp>
#include <fstream>
#include <iostream>

#include "base/version.hpp"
#include "cli/command.hpp"
#include "cli/serve.hpp"
#include "cli/setup.hpp"
#include "net/tls.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

Result<> check_config(const Program& program) {
  const auto config = program.config();
  if (!config) return config.error();
  if (!config->certificate.empty()) {
    const auto tls = net::TlsContext::server(config->certificate.string(), config->key.string());
    if (!tls) return tls.error();
  }
  if (program.json) {
    print_json(json::object{
        {"ok", true}, {"file", config->file.string()}, {"hostname", config->hostname}});
  } else {
    std::cout << config->file.string() << " is fine\n";
  }
  return {};
}

}  // namespace

void add_server_commands(CLI::App& app, Program& program) {
  app.add_subcommand(
         "serve",
         "Run the server until it is told to stop (SIGTERM); SIGHUP reads certificates again")
      ->callback([&program] {
        program.action = [&program]() -> Result<> {
          const auto config = program.config();
          if (!config) return config.error();
          return serve(*config);
        };
      });

  const auto setup = std::make_shared<Setup>();  // shared by the command's callback
  auto& make = *app.add_subcommand(
      "setup", "Write a configuration, make a certificate, add the first domain");
  make.footer("Example: freehold setup mail.example.org example.org");
  make.add_option("HOSTNAME", setup->hostname, "The server's own name in the DNS")->required();
  make.add_option("DOMAIN", setup->domain, "The first domain that has mail here")->required();
  make.add_option("--data", setup->data, "The folder of the mail store")->capture_default_str();
  make.callback([&program, setup] {
    program.action = [&program, setup]() -> Result<> {
      const auto done = run_setup(*setup, program.config_file);
      if (!done) return done.error();
      if (program.json) {
        print_json(json::object{{"config", program.config_file.string()}, {"next", *done}});
      } else {
        std::cout << *done;
      }
      return {};
    };
  });

  auto& config = *app.add_subcommand("config", "The configuration file");
  config.require_subcommand(1);
  config.add_subcommand("check", "Say whether the configuration is right, or where it is not")
      ->callback([&program] { program.action = [&program] { return check_config(program); }; });

  app.add_subcommand("version", "Print the version")->callback([&program] {
    program.action = [&program]() -> Result<> {
      if (program.json) {
        print_json(json::object{{"version", kVersion}});
      } else {
        std::cout << "freehold " << kVersion << '\n';
      }
      return {};
    };
  });
}

}  // namespace freehold::cli
