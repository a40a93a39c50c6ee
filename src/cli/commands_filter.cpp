#include <fstream>
#include <iostream>
#include <iterator>

#include "base/bytes.hpp"
#include "cli/command.hpp"

// The spam filter.
namespace freehold::cli {

namespace json = boost::json;

namespace {

struct Options {
  std::string account;
  std::string mailbox = "INBOX";
  std::uint32_t uid = 0;
  std::string file;
  std::string pattern;
  std::string owner;
  std::string note;
};
using Shared = std::shared_ptr<Options>;

// The filter looks at a message's beginning only, and a request may have a mebibyte.
constexpr std::size_t kMostOfFile = 700 * 1024;

Result<std::string> beginning_of(const std::string& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text(kMostOfFile, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.empty()) {
    return problem(Problem::Kind::not_found, "'" + file + "' is empty or cannot be read", file);
  }
  return text;
}

Result<> explain(const Program& program, const Options& o) {
  json::object params{{"account", o.account}};
  if (!o.file.empty()) {
    const auto text = beginning_of(o.file);
    if (!text) return text.error();
    params["text"] = base64(*text);
  } else {
    params["mailbox"] = o.mailbox;
    params["uid"] = o.uid;
  }
  const auto said = program.ask("filter.explain", params);
  if (!said) return said.error();
  if (program.json) {
    print_json(*said);
  } else {
    std::cout << member(*said, "readable");
  }
  return {};
}

void add_explain(CLI::App& filter, Program& program, const Shared& o) {
  auto& sub = *filter.add_subcommand("explain", "The score of a message, reason by reason");
  sub.add_option("ACCOUNT", o->account, "Whose message it is, or for whom to judge a file");
  sub.add_option("--mailbox", o->mailbox, "Where it is; by default INBOX");
  auto* uid = sub.add_option("--uid", o->uid, "Its UID there");
  auto* file = sub.add_option("--file", o->file, "Judge the message in this file; - is the input");
  uid->excludes(file);
  sub.footer(
      "Examples:\n  freehold filter explain anna@example.org --mailbox Junk --uid 12\n"
      "  freehold filter explain --file odd.eml");
  sub.callback([&program, o] {
    if (o->file.empty() && (o->uid == 0 || o->account.empty())) {
      throw CLI::ValidationError("say ACCOUNT and --uid, or --file");
    }
    program.action = [&program, o] { return explain(program, *o); };
  });
}

void add_rules(CLI::App& filter, Program& program, const Shared& o) {
  const auto rule = [&](const char* name, const char* help) {
    auto& sub = *filter.add_subcommand(name, help);
    sub.add_option("PATTERN", o->pattern,
                   "An address, a domain with all below it, or a network of clients")
        ->required();
    sub.add_option("--for", o->owner, "An account or a domain; by default the whole box");
    sub.footer(std::string("Example: freehold filter ") + name +
               " shop.example --for anna@example.org");
    return &sub;
  };
  for (const bool allow : {true, false}) {
    auto* sub = rule(allow ? "allow" : "block",
                     allow ? "Mail of a sender is never junk" : "Mail of a sender is junk");
    sub->add_option("--note", o->note, "Why");
    sub->callback([&program, o, allow] {
      program.action = [&program, o, allow] {
        return program.tell(
            "filter.rule_set",
            {{"pattern", o->pattern}, {"allow", allow}, {"for", o->owner}, {"note", o->note}},
            o->pattern + (allow ? " is allowed" : " is blocked"));
      };
    });
  }
  rule("forget", "Remove a rule")->callback([&program, o] {
    program.action = [&program, o] {
      return program.tell("filter.rule_remove", {{"pattern", o->pattern}, {"for", o->owner}},
                          "there is no rule for " + o->pattern + " any more");
    };
  });
  auto& list = *filter.add_subcommand("rules", "List what is allowed and blocked");
  list.add_option("--for", o->owner, "An account or a domain; by default the whole box");
  list.callback([&program, o] {
    program.action = [&program, o] {
      return program.show(
          "filter.rules", {{"for", o->owner}},
          {{"pattern", "PATTERN"}, {"rule", "RULE"}, {"since", "SINCE"}, {"note", "NOTE"}});
    };
  });
}

}  // namespace

void add_filter_commands(CLI::App& app, Program& program) {
  const auto o = std::make_shared<Options>();  // shared by the commands' callbacks
  auto& filter = *app.add_subcommand("filter", "The spam filter");
  filter.require_subcommand(1);
  add_explain(filter, program, o);
  add_rules(filter, program, o);
  filter.add_subcommand("lists", "The lists in the DNS that are asked, and whether they answer")
      ->callback([&program] {
        program.action = [&program] {
          return program.show(
              "filter.lists", {},
              {{"zone", "ZONE"}, {"of", "OF"}, {"state", "STATE"}, {"reason", "REASON"}});
        };
      });
}

}  // namespace freehold::cli
