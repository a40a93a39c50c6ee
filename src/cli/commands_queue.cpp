#include <iostream>

#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

void print_message(const json::value& message, bool full) {
  std::cout << member(message, "id") << "  " << member(message, "arrived_at") << "  "
            << member(message, "size") << " bytes  from <" << member(message, "sender") << ">"
            << (member(message, "held") == "yes" ? "  HELD" : "") << '\n';
  const auto* recipients = message.get_object().if_contains("recipients");
  if (recipients == nullptr || !recipients->is_array()) return;
  for (const auto& recipient : recipients->get_array()) {
    std::cout << "    to <" << member(recipient, "address") << ">  attempts "
              << member(recipient, "attempts");
    const auto next = member(recipient, "next_attempt");
    if (!next.empty()) std::cout << "  next " << next;
    std::cout << '\n';
    const auto reply = member(recipient, "last_reply");
    const auto host = member(recipient, "last_host");
    if (!reply.empty()) {  // without a host the words are ours
      std::cout << "       " << (host.empty() ? "" : host + " said: ") << reply << '\n';
    }
    const auto tls = member(recipient, "last_tls");
    if (full && !tls.empty()) std::cout << "       TLS: " << tls << '\n';
  }
}

struct Act {
  const char* name;
  const char* method;
  const char* help;
  const char* said;
};
constexpr Act kActs[] = {
    {"retry", "queue.retry", "Try a message again now", "it is tried now"},
    {"hold", "queue.hold", "Keep a message without trying it", "held"},
    {"release", "queue.release", "Try a held message again", "released"},
    {"remove", "queue.remove", "Remove a message without telling its sender", "removed"}};

}  // namespace

void add_queue_commands(CLI::App& app, Program& program) {
  const auto id = std::make_shared<std::string>();  // shared by the commands' callbacks
  auto& queue = *app.add_subcommand("queue", "Mail on its way out");
  queue.require_subcommand(1);
  queue.add_subcommand("list", "List what waits, and why")->callback([&program] {
    program.action = [&program]() -> Result<> {
      const auto rows = program.ask("queue.list");
      if (!rows) return rows.error();
      if (program.json) {
        print_json(*rows);
        return {};
      }
      for (const auto& message : rows->get_array()) print_message(message, false);
      if (rows->get_array().empty()) std::cout << "the queue is empty\n";
      return {};
    };
  });
  auto& show = *queue.add_subcommand("show", "Show one message's state");
  show.add_option("ID", *id, "As `freehold queue list` shows it")->required();
  show.callback([&program, id] {
    program.action = [&program, id]() -> Result<> {
      const auto message = program.ask("queue.show", {{"id", *id}});
      if (!message) return message.error();
      if (program.json) {
        print_json(*message);
      } else {
        print_message(*message, true);
      }
      return {};
    };
  });
  for (const auto& act : kActs) {
    auto& command = *queue.add_subcommand(act.name, act.help);
    command.add_option("ID", *id, "As `freehold queue list` shows it, or \"all\"")->required();
    command.callback([&program, id, &act] {
      program.action = [&program, id, &act] {
        return program.tell(act.method, {{"id", *id}}, act.said);
      };
    });
  }
}

}  // namespace freehold::cli
