#include <boost/json/array.hpp>
#include <iostream>

#include "cli/command.hpp"

// The audit log, bans, sending limits, paused accounts, app passwords and one-time codes.
namespace freehold::cli {

namespace json = boost::json;

namespace {

// What the options of these commands are read into; lives as long as the App.
struct Options {
  std::string name;
  std::string label;
  std::string reason;
  std::string action;
  std::string object;
  std::string actor;
  std::vector<std::string> scopes;
  std::uint64_t hours = 0;
  std::uint64_t most = 0;
  json::object limits;
};
using Shared = std::shared_ptr<Options>;

// "key: value" lines of one object.
Result<> print_object(const Program& program, std::string_view method, const json::object& params) {
  const auto result = program.ask(method, params);
  if (!result) return result.error();
  if (program.json) {
    print_json(*result);
  } else if (result->is_object()) {
    for (const auto& [key, value] : result->get_object()) {
      std::cout << std::string_view(key) << ": " << member(*result, key) << '\n';
    }
  }
  return {};
}

void add_audit(CLI::App& app, Program& program, const Shared& o) {
  auto& audit = *app.add_subcommand("audit", "Who has changed what");
  audit.require_subcommand(1);
  auto& list = *audit.add_subcommand("list", "List changes, the newest last");
  list.footer("Example: freehold audit list --action ban --hours 24");
  list.add_option("--hours", o->hours, "Only of the last hours");
  list.add_option("--most", o->most, "Only the newest so many; at most 1000");
  list.add_option("--action", o->action, "Only those that begin so: account, ban.remove");
  list.add_option("--object", o->object, "Only about this account, alias, domain or address");
  list.add_option("--actor", o->actor, "Only by this account, or owner, or system");
  list.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("audit.list",
                          {{"hours", o->hours},
                           {"most", o->most},
                           {"action", o->action},
                           {"object", o->object},
                           {"actor", o->actor}},
                          {{"at", "AT"},
                           {"actor", "BY"},
                           {"action", "ACTION"},
                           {"object", "OBJECT"},
                           {"details", "DETAILS"},
                           {"peer", "FROM"}});
    };
  });
}

void add_ban(CLI::App& app, Program& program, const Shared& o) {
  auto& ban = *app.add_subcommand("ban", "Addresses that may not connect");
  ban.require_subcommand(1);
  ban.add_subcommand("list", "List the bans in force")->callback([&program] {
    program.action = [&program] {
      return program.show("ban.list", {},
                          {{"address", "ADDRESS"},
                           {"until", "UNTIL"},
                           {"strikes", "STRIKES"},
                           {"by", "BY"},
                           {"reason", "REASON"}});
    };
  });
  auto& add = *ban.add_subcommand("add", "Ban an address; of IPv6 its whole /64");
  add.add_option("ADDRESS", o->name, "192.0.2.1 or 2001:db8::1")->required();
  add.add_option("--hours", o->hours, "For how long")->default_val(24);
  add.add_option("--reason", o->reason, "For the list and the audit log");
  add.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("ban.add",
                          {{"address", o->name}, {"hours", o->hours}, {"reason", o->reason}},
                          "banned " + o->name);
    };
  });
  auto& remove = *ban.add_subcommand("remove", "Lift a ban");
  remove.add_option("ADDRESS", o->name, "As `freehold ban list` shows it")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("ban.remove", {{"address", o->name}}, "lifted");
    };
  });
}

void add_app_password(CLI::App& account, Program& program, const Shared& o) {
  auto& passwords = *account.add_subcommand("app-password", "Passwords for single programs");
  passwords.require_subcommand(1);
  auto& add = *passwords.add_subcommand("add", "Make one; it is shown once");
  add.footer("Example: freehold account app-password add anna@example.org phone imap smtp");
  add.add_option("NAME", o->name, "The account")->required();
  add.add_option("LABEL", o->label, "The program or device that it is for")->required();
  add.add_option("USES", o->scopes, "One or more of imap smtp dav pop3 jmap sieve")->required();
  add.callback([&program, o] {
    program.action = [&program, o]() -> Result<> {
      json::array scopes;
      for (const auto& scope : o->scopes) scopes.emplace_back(scope);
      const auto made = program.ask("app-password.add",
                                    {{"name", o->name}, {"label", o->label}, {"scopes", scopes}});
      if (!made) return made.error();
      if (program.json) {
        print_json(*made);
      } else {
        std::cout << member(*made, "password") << '\n';
      }
      return {};
    };
  });
  auto& list = *passwords.add_subcommand("list", "List an account's app passwords");
  list.add_option("NAME", o->name, "The account")->required();
  list.callback([&program, o] {
    program.action = [&program, o] {
      return program.show("app-password.list", {{"name", o->name}},
                          {{"label", "FOR"},
                           {"scopes", "USES"},
                           {"created_at", "MADE"},
                           {"last_used", "LAST USED"},
                           {"last_peer", "FROM"}});
    };
  });
  auto& remove = *passwords.add_subcommand("remove", "Revoke one");
  remove.add_option("NAME", o->name, "The account")->required();
  remove.add_option("LABEL", o->label, "As the list shows it")->required();
  remove.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("app-password.remove", {{"name", o->name}, {"label", o->label}},
                          "revoked");
    };
  });
  auto& web_only = *account.add_subcommand(
      "web-only", "Take the main password on the web only; programs need app passwords");
  web_only.add_option("NAME", o->name, "The account")->required();
  web_only.add_option("SWITCH", o->label, "on or off")
      ->required()
      ->check(CLI::IsMember({"on", "off"}));
  web_only.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("account.set",
                          {{"name", o->name}, {"main_password_for_web_only", o->label == "on"}},
                          o->label);
    };
  });
}

void add_totp(CLI::App& account, Program& program, const Shared& o) {
  auto& totp = *account.add_subcommand("totp", "One-time codes as a second factor on the web");
  totp.require_subcommand(1);
  const auto command = [&](const char* name, const char* method, const char* help) -> CLI::App& {
    auto& one = *totp.add_subcommand(name, help);
    one.add_option("NAME", o->name, "The account")->required();
    one.callback([&program, o, method] {
      program.action = [&program, o, method] {
        return print_object(program, method, {{"name", o->name}, {"code", o->label}});
      };
    });
    return one;
  };
  command("begin", "totp.begin", "Make a secret for the program that shows codes");
  command("confirm", "totp.confirm", "Turn them on with a first code; shows the recovery codes")
      .add_option("CODE", o->label, "The code that is shown now")
      ->required();
  command("show", "totp.show", "Say whether an account has them");
  command("remove", "totp.remove", "Turn them off");
}

void add_limits(CLI::App& parent, Program& program, const Shared& o, const char* method) {
  auto& limits = *parent.add_subcommand("limits", "Show or set how much may be sent");
  limits.footer("Without options: shows them. 0: the default again.");
  limits.add_option("NAME", o->name, "Its name")->required();
  for (const auto& [option, key, help] :
       {std::tuple{"--messages-hour", "messages_per_hour", "Messages in an hour"},
        {"--messages-day", "messages_per_day", "Messages in a day"},
        {"--new-hour", "new_recipients_per_hour", "Recipients never written to before, in an hour"},
        {"--new-day", "new_recipients_per_day", "The same in a day"}}) {
    limits.add_option_function<std::uint64_t>(
        option, [o, key](const std::uint64_t& number) { o->limits[key] = number; }, help);
  }
  limits.callback([&program, o, method] {
    program.action = [&program, o, method] {
      auto params = o->limits;
      params["name"] = o->name;
      return print_object(program, method, params);
    };
  });
}

void add_pause(CLI::App& account, Program& program, const Shared& o) {
  auto& pause = *account.add_subcommand("pause", "Let an account send nothing; hold what it sent");
  pause.add_option("NAME", o->name, "The account")->required();
  pause.add_option("--reason", o->reason, "Told to the user when he sends");
  pause.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("account.pause", {{"name", o->name}, {"reason", o->reason}}, "paused");
    };
  });
  auto& release = *account.add_subcommand("release", "Let a paused account send again");
  release.add_option("NAME", o->name, "The account")->required();
  release.callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("account.release", {{"name", o->name}}, "released");
    };
  });
}

}  // namespace

void add_guard_commands(CLI::App& app, Program& program) {
  const auto options = std::make_shared<Options>();  // shared by the commands' callbacks
  auto& account = *app.get_subcommand("account");
  add_audit(app, program, options);
  add_ban(app, program, options);
  add_app_password(account, program, options);
  add_totp(account, program, options);
  add_limits(account, program, options, "account.limits");
  add_limits(*app.get_subcommand("domain"), program, options, "domain.limits");
  add_pause(account, program, options);
}

}  // namespace freehold::cli
