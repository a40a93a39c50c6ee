#include <boost/json/array.hpp>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

// What the options of these commands are read into; lives as long as the App.
struct Options {
  std::string name;
  std::string alias_of;
  std::string display_name;
  std::vector<std::string> list;
  std::uint64_t quota_mib = 0;
  std::string choice;
};

json::array array_of(const std::vector<std::string>& texts) {
  json::array out;
  for (const auto& text : texts) out.emplace_back(text);
  return out;
}

void add_domain(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& domain = *app.add_subcommand("domain", "The domains that have mail here");
  domain.require_subcommand(1);
  auto& add = *domain.add_subcommand("add", "Add a domain")
                   ->footer("Example: freehold domain add example.org");
  add.add_option("NAME", o->name, "The domain")->required();
  add.add_option("--alias-of", o->alias_of,
                 "Every address here is the same address in this domain");
  add.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("domain.add", {{"name", o->name}, {"alias_of", o->alias_of}},
                          "added " + o->name);
    };
  });
  auto& remove = *domain.add_subcommand("remove", "Remove a domain without accounts");
  remove.add_option("NAME", o->name, "The domain")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("domain.remove", {{"name", o->name}}, "removed " + o->name);
    };
  });
  auto& records = *domain.add_subcommand("records", "The DNS records that a domain needs");
  records.add_option("NAME", o->name, "The domain")->required();
  records.footer("Example: freehold domain records example.org");
  records.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("domain.records", {{"name", o->name}},
                          {{"name", "NAME"}, {"type", "TYPE"}, {"value", "VALUE"}});
    };
  });
  domain.add_subcommand("list", "List the domains")->callback([&program] {
    program.action = [&program] {
      return program.show(
          "domain.list", {},
          {{"display", "DOMAIN"}, {"alias_of", "ALIAS OF"}, {"catch_all", "CATCH-ALL"}});
    };
  });
}

Result<> set_account(const Program& program, json::object params, const std::string& said) {
  return program.tell("account.set", params, said);
}

void add_account_changes(CLI::App& account, Program& program, const std::shared_ptr<Options>& o) {
  auto& password =
      *account.add_subcommand("password", "Set a password, asked for or read from standard input");
  password.add_option("NAME", o->name, "Its address")->required();
  password.callback([&program, o] {
    program.action = [&program, o]() -> Result<> {
      const auto secret = read_password("new password for " + o->name);
      if (!secret) return secret.error();
      return set_account(program, {{"name", o->name}, {"password", *secret}},
                         "the password is set");
    };
  });
  auto& quota = *account.add_subcommand("quota", "Set how much mail an account may keep");
  quota.add_option("NAME", o->name, "Its address")->required();
  quota.add_option("MIB", o->quota_mib, "MiB; 0: unlimited")->required();
  quota.callback([&program, o] {
    program.action = [&program, o] {
      return set_account(program, {{"name", o->name}, {"quota_bytes", o->quota_mib << 20}},
                         "the quota is set");
    };
  });
  for (const bool disabled : {true, false}) {
    auto& change =
        *account.add_subcommand(disabled ? "disable" : "enable",
                                disabled ? "Refuse its mail and its logins" : "Serve it again");
    change.add_option("NAME", o->name, "Its address")->required();
    change.callback([&program, o, disabled] {
      program.action = [&program, o, disabled] {
        return set_account(program, {{"name", o->name}, {"disabled", disabled}},
                           disabled ? "disabled" : "enabled");
      };
    });
  }
  auto& send_as =
      *account.add_subcommand("send-as", "Set the further addresses that it may send with");
  send_as.add_option("NAME", o->name, "Its address")->required();
  send_as.add_option("ADDRESSES", o->list,
                     "Addresses, or @domain for a whole domain; none: only its own");
  send_as.callback([&program, o] {
    program.action = [&program, o] {
      return set_account(program, {{"name", o->name}, {"send_as", array_of(o->list)}}, "set");
    };
  });
}

void add_pop_delete(CLI::App& account, Program& program, const std::shared_ptr<Options>& o) {
  auto& change = *account.add_subcommand(
      "pop-delete", "Set what happens to mail that a program deletes over POP3");
  change.footer("Example: freehold account pop-delete anna@example.org hide");
  change.add_option("NAME", o->name, "Its address")->required();
  change
      .add_option(
          "HOW", o->choice,
          "delete: it is removed (as new accounts have it); hide: it is not shown over POP3 "
          "any more, and stays for other programs")
      ->required()
      ->check(CLI::IsMember({"delete", "hide"}));
  change.callback([&program, o] {
    program.action = [&program, o] {
      return set_account(program, {{"name", o->name}, {"pop_delete", o->choice}}, o->choice);
    };
  });
}

void add_account(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& account = *app.add_subcommand("account", "The people and places that have mailboxes");
  account.require_subcommand(1);
  auto& add = *account.add_subcommand(
      "add", "Add an account; its password is asked for or read from standard input");
  add.footer("Example: freehold account add anna@example.org --name 'Anna Berg' --quota 5000");
  add.add_option("NAME", o->name, "Its address, with which it logs in")->required();
  add.add_option("--name", o->display_name, "The person's name");
  add.add_option("--quota", o->quota_mib, "How much mail it may keep, in MiB; 0: unlimited");
  add.callback([&program, o] {
    program.action = [&program, o]() -> Result<> {
      const auto password = read_password("password for " + o->name);
      if (!password) return password.error();
      return program.tell("account.add",
                          {{"name", o->name},
                           {"password", *password},
                           {"display_name", o->display_name},
                           {"quota_bytes", o->quota_mib << 20}},
                          "added " + o->name);
    };
  });
  auto& remove = *account.add_subcommand("remove", "Remove an account with all its mail, for good");
  remove.add_option("NAME", o->name, "Its address")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("account.remove", {{"name", o->name}}, "removed " + o->name);
    };
  });
  account.add_subcommand("list", "List the accounts")->callback([&program] {
    program.action = [&program] {
      return program.show("account.list", {},
                          {{"name", "ACCOUNT"},
                           {"display_name", "NAME"},
                           {"emails", "EMAILS"},
                           {"used_bytes", "BYTES"},
                           {"quota_bytes", "QUOTA"},
                           {"expunged_bytes", "RESTORABLE"},
                           {"group", "GROUP"},
                           {"disabled", "DISABLED"},
                           {"paused", "PAUSED"}});
    };
  });
  add_account_changes(account, program, o);
  add_pop_delete(account, program, o);
}

void add_alias(CLI::App& app, Program& program, const std::shared_ptr<Options>& o) {
  auto& alias = *app.add_subcommand("alias", "Addresses that lead to other addresses");
  alias.require_subcommand(1);
  auto& add = *alias.add_subcommand("add", "Add an alias, or set its targets anew");
  add.footer(
      "Examples: freehold alias add sales@example.org anna@example.org bo@example.net\n"
      "          freehold alias add @example.org anna@example.org    (catch-all)");
  add.add_option("ADDRESS", o->name, "The alias; @domain for all unknown addresses of a domain")
      ->required();
  add.add_option("TARGETS", o->list, "Where its mail goes")->required();
  add.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("alias.set", {{"address", o->name}, {"targets", array_of(o->list)}},
                          "added " + o->name);
    };
  });
  auto& remove = *alias.add_subcommand("remove", "Remove an alias");
  remove.add_option("ADDRESS", o->name, "The alias")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("alias.remove", {{"address", o->name}}, "removed " + o->name);
    };
  });
  alias.add_subcommand("list", "List the aliases")->callback([&program] {
    program.action = [&program] {
      return program.show("alias.list", {}, {{"address", "ALIAS"}, {"targets", "TARGETS"}});
    };
  });
}

}  // namespace

void add_directory_commands(CLI::App& app, Program& program) {
  const auto options = std::make_shared<Options>();  // shared by the commands' callbacks
  add_domain(app, program, options);
  add_account(app, program, options);
  add_alias(app, program, options);
}

}  // namespace freehold::cli
