#include <iostream>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string domain;
  std::uint64_t days = 7;
};

constexpr Program::Columns::value_type kKeyColumns[] = {
    {"selector", "SELECTOR"}, {"type", "TYPE"}, {"stage", "STAGE"}, {"since", "SINCE"}};

void add_dkim(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& dkim = *app.add_subcommand("dkim", "The keys that mail of our domains is signed with");
  dkim.require_subcommand(1);
  const auto command = [&](const char* name, const char* method, const char* help) {
    auto& sub = *dkim.add_subcommand(name, help);
    sub.add_option("DOMAIN", o->domain, "The domain")->required();
    sub.footer(std::string("Example: freehold dkim ") + name + " example.org");
    sub.callback([&program, o, method] {
      program.action = [&program, o, method] {
        return program.show(method, {{"name", o->domain}},
                            {kKeyColumns[0], kKeyColumns[1], kKeyColumns[2], kKeyColumns[3]});
      };
    });
  };
  command("list", "dkim.list", "The keys and what each is doing");
  command("check", "dkim.check", "Look at the DNS now: a key signs once its record is seen");
  command("rotate", "dkim.rotate", "Begin new keys now; the old ones sign until those are seen");
}

void add_reports(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& reports = *app.add_subcommand("reports", "What others report of our mail");
  reports.require_subcommand(1);
  auto& dmarc = *reports.add_subcommand("dmarc", "Who sent mail as our domains, and what passed");
  dmarc.add_option("--days", o->days, "So many days back; by default 7");
  dmarc.footer("Example: freehold reports dmarc --days 30 --json");
  dmarc.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("reports.dmarc", {{"days", o->days}},
                          {{"begin", "DAY"},
                           {"domain", "DOMAIN"},
                           {"reporter", "REPORTER"},
                           {"messages", "MESSAGES"},
                           {"passed", "PASSED"}});
    };
  });
  auto& tls = *reports.add_subcommand("tls", "Trouble that others had with TLS on the way to us");
  tls.add_option("--days", o->days, "So many days back; by default 7");
  tls.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("reports.tls", {{"days", o->days}},
                          {{"begin", "DAY"},
                           {"domains", "DOMAINS"},
                           {"reporter", "REPORTER"},
                           {"successes", "SUCCESSES"},
                           {"failures", "FAILURES"}});
    };
  });
  reports.add_subcommand("send", "Send our own reports about others now, not at their hour")
      ->callback([&program] {
        program.action = [&program]() -> Result<> {
          const auto said = program.ask("reports.send");
          if (!said) return said.error();
          if (program.json) {
            print_json(*said);
          } else {
            std::cout << "sent " << member(*said, "sent") << '\n';
          }
          return {};
        };
      });
}

}  // namespace

void add_trust_commands(CLI::App& app, Program& program) {
  const auto o = std::make_shared<Options>();  // shared by the commands' callbacks
  add_dkim(app, program, o);
  add_reports(app, program, o);
}

}  // namespace freehold::cli
