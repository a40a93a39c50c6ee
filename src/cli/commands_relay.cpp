#include <iostream>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string host;
  std::string domain;
  std::string user;
  std::string tls;
  std::uint64_t port = 0;
};

}  // namespace

void add_relay_commands(CLI::App& app, Program& program) {
  const auto o = std::make_shared<Options>();  // shared by the commands' callbacks
  auto& relay = *app.add_subcommand("relay", "The relays that outgoing mail leaves through");
  relay.require_subcommand(1);
  auto& add = *relay.add_subcommand("add", "Set the relay of a sender domain, or the default one");
  add.footer("Example: freehold relay add mail.smtp2go.com --port 2525 --user example-org");
  add.add_option("HOST", o->host, "Its host name; its certificate has to be valid for it")
      ->required();
  add.add_option("--domain", o->domain,
                 "For mail from this domain only; without it: for all others");
  add.add_option("--port", o->port, "By default 587, with implicit TLS 465");
  add.add_option("--tls", o->tls,
                 "starttls (default) or implicit; mail never goes to a relay in plain text");
  add.add_option("--user", o->user,
                 "The login there; its password is asked for or read from standard input");
  add.callback([&program, o] {
    program.action = [&program, o]() -> Result<> {
      json::object params{{"host", o->host},
                          {"domain", o->domain},
                          {"port", o->port},
                          {"tls", o->tls},
                          {"user", o->user}};
      if (!o->user.empty()) {
        const auto password = read_password("password of " + o->user + " at " + o->host);
        if (!password) return password.error();
        params["password"] = *password;
      }
      return program.tell("relay.set", params, "set; try it with `freehold relay test`");
    };
  });
  auto& remove = *relay.add_subcommand("remove", "Remove a relay: mail goes directly again");
  remove.add_option("--domain", o->domain, "The sender domain; without it: the default relay");
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("relay.remove", {{"domain", o->domain}}, "removed");
    };
  });
  relay.add_subcommand("list", "List the relays")->callback([&program] {
    program.action = [&program] {
      return program.show("relay.list", {},
                          {{"domain", "DOMAIN"},
                           {"host", "HOST"},
                           {"port", "PORT"},
                           {"tls", "TLS"},
                           {"user", "USER"}});
    };
  });
  auto& test = *relay.add_subcommand("test", "Log in at a relay for real; nothing is sent");
  test.add_option("--domain", o->domain, "The sender domain; without it: the default relay");
  test.callback([&program, o] {
    program.action = [&program, o]() -> Result<> {
      const auto said = program.ask("relay.test", {{"domain", o->domain}});
      if (!said) return said.error();
      if (program.json) {
        print_json(*said);
      } else {
        std::cout << "the relay took the login: " << member(*said, "said") << '\n';
      }
      return {};
    };
  });
}

}  // namespace freehold::cli
