#include <boost/json/array.hpp>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string name, display_name, mailbox, who, rights;
  std::vector<std::string> members, removed;
  std::uint64_t quota_mib = 0;
};

json::array array_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

void add_group_add(CLI::App& group, Program& program, const std::shared_ptr<Options>& o) {
  auto& add = *group.add_subcommand("add", "Add a group, and its members");
  add.footer("Example: freehold group add team@example.org anna@example.org bert@example.org");
  add.add_option("NAME", o->name, "Its address")->required();
  add.add_option("MEMBERS", o->members, "Accounts");
  add.add_option("--name", o->display_name, "What it is called");
  add.add_option("--quota", o->quota_mib, "How much mail it may keep, in MiB; 0: unlimited");
  add.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("group.add",
                          {{"name", o->name},
                           {"display_name", o->display_name},
                           {"members", array_of(o->members)},
                           {"quota_bytes", o->quota_mib << 20}},
                          "added " + o->name);
    };
  });
}

void add_group(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& group = *app.add_subcommand(
      "group", "Addresses whose mail several accounts share: members see it under Shared/");
  group.require_subcommand(1);
  add_group_add(group, program, o);
  group.add_subcommand("list", "List the groups")->callback([&program] {
    program.action = [&program] {
      return program.show("group.list", {},
                          {{"name", "GROUP"},
                           {"display_name", "NAME"},
                           {"members", "MEMBERS"},
                           {"emails", "EMAILS"},
                           {"used_bytes", "BYTES"},
                           {"quota_bytes", "QUOTA"}});
    };
  });
  auto& members = *group.add_subcommand("members", "List the members, and add or remove some");
  members.footer("Example: freehold group members team@example.org --add carla@example.org");
  members.add_option("NAME", o->name, "The group")->required();
  members.add_option("--add", o->members, "Accounts that join it");
  members.add_option("--remove", o->removed, "Accounts that leave it");
  members.callback([&program, o] {
    program.action = [&program, o] {
      return program.show(
          "group.members",
          {{"name", o->name}, {"add", array_of(o->members)}, {"remove", array_of(o->removed)}},
          {{"name", "MEMBER"}, {"display_name", "NAME"}});
    };
  });
  auto& remove = *group.add_subcommand("remove", "Remove a group with all its mail, for good");
  remove.add_option("NAME", o->name, "The group")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("group.remove", {{"name", o->name}}, "removed " + o->name);
    };
  });
}

void add_mailbox_options(CLI::App& command, const std::shared_ptr<Options>& o) {
  command.add_option("NAME", o->name, "Whose mailbox it is: an account or a group")->required();
  command.add_option("MAILBOX", o->mailbox, "Its name, as its owner sees it")->required();
}

void add_rights(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& rights = *app.add_subcommand(
      "rights", "What others may do in a mailbox; people change it with their mail program too");
  rights.require_subcommand(1);
  auto& list = *rights.add_subcommand("list", "List who may do what");
  add_mailbox_options(list, o);
  list.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("rights.list", {{"name", o->name}, {"mailbox", o->mailbox}},
                          {{"who", "WHO"}, {"rights", "RIGHTS"}});
    };
  });
  auto& set = *rights.add_subcommand("set", "Set the rights of an account, a group, or anyone");
  set.footer(
      "Examples: freehold rights set anna@example.org Projects bert@example.org lrswite\n"
      "          freehold rights set team@example.org INBOX team@example.org lr    (of its "
      "members)\n"
      "Letters: l see it, r read, s \\Seen, w other flags, i put messages in, k make mailboxes in "
      "it,\n"
      "x delete or rename it, t \\Deleted, e expunge, a change these rights, p post.");
  add_mailbox_options(set, o);
  set.add_option(
         "WHO", o->who,
         "An address, or anyone: all accounts of the owner's domain; with - before it: these "
         "rights are taken away")
      ->required();
  set.add_option("RIGHTS", o->rights, "Letters of lrswipkxtea")->required();
  set.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell(
          "rights.set",
          {{"name", o->name}, {"mailbox", o->mailbox}, {"who", o->who}, {"rights", o->rights}},
          "set");
    };
  });
  auto& remove = *rights.add_subcommand("remove", "Forget what was set for somebody");
  add_mailbox_options(remove, o);
  remove.add_option("WHO", o->who, "As it is listed")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("rights.remove",
                          {{"name", o->name}, {"mailbox", o->mailbox}, {"who", o->who}}, "removed");
    };
  });
}

}  // namespace

void add_group_commands(CLI::App& app, Program& program) {
  const auto options = std::make_shared<Options>();  // shared by the commands' callbacks
  add_group(app, program, options);
  add_rights(app, program, options);
}

}  // namespace freehold::cli
