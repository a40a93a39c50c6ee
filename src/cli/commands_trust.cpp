#include <iostream>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string domain;
  std::string mode;
  std::uint64_t max_age = 0;
  std::uint64_t days = 7;
  bool by_report = false;
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
  dmarc.add_flag("--by-report", o->by_report, "Each report by itself: who reports, and how much");
  dmarc.footer(
      "Examples:\n  freehold reports dmarc --days 30\n"
      "  freehold reports dmarc --by-report --json");
  dmarc.callback([&program, o] {
    program.action = [&program, o] {
      if (!o->by_report) {
        return program.show("reports.dmarc_sources", {{"days", o->days}},
                            {{"domain", "DOMAIN"},
                             {"source", "SOURCE"},
                             {"from", "FROM"},
                             {"messages", "MESSAGES"},
                             {"dkim", "DKIM"},
                             {"spf", "SPF"},
                             {"disposition", "DISPOSITION"}});
      }
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
                           {"failures", "FAILURES"},
                           {"why", "WHY"}});
    };
  });
  auto& complaints =
      *reports.add_subcommand("complaints", "Mail of ours that its readers called spam");
  complaints.add_option("--days", o->days, "So many days back; by default 7");
  complaints.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("reports.complaints", {{"days", o->days}},
                          {{"received", "RECEIVED"},
                           {"type", "TYPE"},
                           {"sender", "SENDER"},
                           {"message", "MESSAGE"},
                           {"recipient", "BY"},
                           {"reporter", "REPORTER"}});
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

void print_policy(const json::value& said, const std::string& domain) {
  const auto mode = member(said, "mode");
  std::cout << "mode " << mode << '\n';
  if (mode == "off") return;
  std::cout << "record " << "_mta-sts." << domain << ". TXT \"" << member(said, "record")
            << "\"\npolicy " << member(said, "url") << "\n\n"
            << member(said, "policy");
  if (member(said, "served") != "yes") {
    std::cout << "\nNobody can fetch it yet: listen.https is off, see freehold.toml(5)\n";
  }
}

void add_mta_sts(CLI::App& domain, Program& program, const std::shared_ptr<Options>& o) {
  auto& sub = *domain.add_subcommand(
      "mta-sts", "Show or set what others are told of TLS on the way to a domain (RFC 8461)");
  sub.add_option("DOMAIN", o->domain, "The domain")->required();
  sub.add_option("MODE", o->mode,
                 "enforce: no mail without valid TLS; testing: trouble is reported only; none: "
                 "what was published holds no more; off: publish nothing")
      ->check(CLI::IsMember({"enforce", "testing", "none", "off"}));
  sub.add_option("--max-age", o->max_age, "Seconds that others may keep it; by default a week");
  sub.footer("Example: freehold domain mta-sts example.org testing");
  sub.callback([&program, o] {
    program.action = [&program, o]() -> Result<> {
      const auto said = program.ask(
          "domain.mta_sts", {{"name", o->domain}, {"mode", o->mode}, {"max_age", o->max_age}});
      if (!said) return said.error();
      if (program.json) {
        print_json(*said);
      } else {
        print_policy(*said, o->domain);
      }
      return {};
    };
  });
}

}  // namespace

void add_trust_commands(CLI::App& app, Program& program) {
  const auto o = std::make_shared<Options>();  // shared by the commands' callbacks
  add_mta_sts(*app.get_subcommand("domain"), program, o);
  add_dkim(app, program, o);
  add_reports(app, program, o);
}

}  // namespace freehold::cli
