#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "command_load.hpp"
#include "imap_load.hpp"
#include "message_maker.hpp"
#include "outcome.hpp"
#include "smtp_load.hpp"

// The load generator: one thread, one line of JSON at the end. Exit status 1 when anything failed.

namespace {

using namespace freehold::bench;

struct Options {
  std::uint64_t seed = 1;
  std::size_t seconds = 120;
  Target target;
  SmtpLoad smtp;
  AppendLoad append;
  LoginLoad logins;
  IdleLoad idle;
  CommandLoad commands;
  ImapAccounts accounts;
};

void add_target(CLI::App& command, Options& options) {
  command.add_option("--host", options.target.host, "IP address");
  command.add_option("--port", options.target.port)->required();
  command.add_flag("--tls", options.target.tls, "TLS from the first byte, not verified");
}

void add_accounts(CLI::App& command, Options& options) {
  add_target(command, options);
  command.add_option("--user", options.accounts.users, "taken in turn")->required();
  command.add_option("--password", options.accounts.password)->required();
}

CLI::App* add_smtp(CLI::App& app, Options& options) {
  auto* command = app.add_subcommand("smtp", "send messages");
  add_target(*command, options);
  auto& load = options.smtp;
  command->add_option("--sessions", load.sessions, "at once");
  command->add_option("--messages", load.messages, "over all sessions");
  command->add_option("--size", load.size, "bytes of each message");
  command->add_option("--from", load.from);
  command->add_option("--to", load.to, "taken in turn")->required();
  command->add_option("--user", load.user, "for AUTH PLAIN");
  command->add_option("--password", load.password);
  command->add_option("--recipients", load.recipients, "of each message");
  command->add_option("--reuse", load.reuse, "0: a connection for each message");
  command->add_option("--pipeline", load.pipeline, "0: wait for each reply");
  return command;
}

CLI::App* add_append(CLI::App& app, Options& options) {
  auto* command = app.add_subcommand("append", "append messages to a mailbox over IMAP");
  add_accounts(*command, options);
  auto& load = options.append;
  command->add_option("--connections", load.connections);
  command->add_option("--messages", load.messages, "over all connections");
  command->add_option("--size", load.size, "bytes of each; 0: median 8 KiB, mean 13 KiB");
  command->add_option("--mailbox", load.mailbox);
  command->add_option("--batch", load.batch, "messages of one command")->check(CLI::PositiveNumber);
  return command;
}

CLI::App* add_logins(CLI::App& app, Options& options) {
  auto* command = app.add_subcommand("logins", "connect, log in and out, again and again");
  add_accounts(*command, options);
  command->add_option("--connections", options.logins.connections, "at once");
  command->add_option("--logins", options.logins.logins, "over all connections");
  return command;
}

CLI::App* add_idle(CLI::App& app, Options& options) {
  auto* command = app.add_subcommand("idle", "hold sessions until standard input ends");
  add_accounts(*command, options);
  command->add_option("--sessions", options.idle.sessions);
  command->add_flag("--idle", options.idle.idle, "enter IDLE");
  return command;
}

CLI::App* add_commands(CLI::App& app, Options& options) {
  auto* command = app.add_subcommand("commands", "time IMAP commands of one session");
  add_accounts(*command, options);
  command->add_option("--command", options.commands.commands)->required();
  return command;
}

int time_commands(const CommandLoad& load, std::chrono::seconds limit) {
  try {
    run_commands(load, limit, std::cout);
    return 0;
  } catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Options options;
  CLI::App app("Load generator for mail servers");
  app.require_subcommand(1);
  app.add_option("--seed", options.seed, "the same seed makes the same messages");
  app.add_option("--seconds", options.seconds, "limit of the whole run");
  const auto* smtp = add_smtp(app, options);
  const auto* append = add_append(app, options);
  const auto* logins = add_logins(app, options);
  const auto* idle = add_idle(app, options);
  const auto* commands = add_commands(app, options);
  CLI11_PARSE(app, argc, argv);

  Outcome outcome;
  const std::chrono::seconds limit(options.seconds);
  options.smtp.target = options.accounts.target = options.target;
  options.append.accounts = options.logins.accounts = options.idle.accounts =
      options.commands.accounts = options.accounts;
  if (commands->parsed()) return time_commands(options.commands, limit);
  if (smtp->parsed()) {
    MessageMaker maker(options.seed, options.smtp.from);
    run_smtp(options.smtp, limit, maker, outcome);
  } else if (append->parsed()) {
    MessageMaker maker(options.seed);
    run_append(options.append, limit, maker, outcome);
  } else if (logins->parsed()) {
    run_logins(options.logins, limit, outcome);
  } else if (idle->parsed()) {
    run_idle(options.idle, limit, outcome);
  }
  std::cout << outcome.json() << std::endl;
  return outcome.clean() ? 0 : 1;
}
