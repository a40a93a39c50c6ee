#include <iostream>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string name, since, until, from, subject;
  std::uint64_t most = 100;
  bool list = false;
  bool all = false;
};

Result<> undelete(const Program& program, const Options& o) {
  const json::object params{{"name", o.name},      {"since", o.since}, {"until", o.until},
                            {"from", o.from},      {"all", o.all},     {"most", o.most},
                            {"subject", o.subject}};
  if (o.list) {
    return program.show("account.expunged", params,
                        {{"expunged_at", "DELETED"},
                         {"mailbox", "MAILBOX"},
                         {"size", "BYTES"},
                         {"from", "FROM"},
                         {"subject", "SUBJECT"}});
  }
  const auto done = program.ask("account.undelete", params);
  if (!done) return done.error();
  if (program.json) {
    print_json(*done);
  } else {
    std::cout << "restored messages: " << member(*done, "restored") << '\n';
  }
  return {};
}

}  // namespace

void add_undelete_command(CLI::App& app, Program& program) {
  const auto o = std::make_shared<Options>();  // shared by the command's callback
  auto& command = *app.get_subcommand("account")->add_subcommand(
      "undelete", "List and restore mail that was deleted for good lately");
  command.footer(
      "Examples: freehold account undelete anna@example.org --list\n"
      "          freehold account undelete anna@example.org --since 2h --from bert\n"
      "What is restored goes back to the mailbox that it was in. How long it is kept: [mail] "
      "undelete_days.");
  command.add_option("NAME", o->name, "The account")->required();
  command.add_flag("--list", o->list, "Show them, the last deleted first; nothing is restored");
  command.add_option("--since", o->since,
                     "Deleted since then: 2026-11-24, 2026-11-24T18:30:00Z, or 90m, 2h, 3d ago");
  command.add_option("--until", o->until, "Deleted before then");
  command.add_option("--from", o->from, "From somebody whose name or address has this in it");
  command.add_option("--subject", o->subject, "With this in the subject");
  command.add_option("--most", o->most, "With --list: at most so many");
  command.add_flag("--all", o->all, "Restore every one");
  command.callback(
      [&program, o] { program.action = [&program, o] { return undelete(program, *o); }; });
}

}  // namespace freehold::cli
