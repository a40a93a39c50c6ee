#pragma once

#include <CLI/App.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "cli/config.hpp"

// What the commands share. Inside cli only.
namespace freehold::cli {

// The options of the whole program, and what the chosen command has to do.
struct Program {
  std::filesystem::path config_file = default_config();
  bool json = false;
  std::function<Result<>()> action;  // set by the command that was chosen

  [[nodiscard]] Result<Config> config() const { return read_config(config_file); }
  // Asks the running server.
  [[nodiscard]] Result<boost::json::value> ask(std::string_view method,
                                               const boost::json::object& params = {}) const;
  // The same, and says what was done: `said` for people, the result for --json.
  [[nodiscard]] Result<> tell(std::string_view method, const boost::json::object& params,
                              const std::string& said) const;
  // The same, and prints the rows that it answers with: a table for people, or JSON.
  using Columns = std::initializer_list<std::pair<const char*, const char*>>;
  [[nodiscard]] Result<> show(std::string_view method, const boost::json::object& params,
                              Columns columns) const;
};

// Prints rows under headings: the members of the objects in `rows` named by `keys`.
void print_table(const boost::json::value& rows,
                 std::initializer_list<std::pair<const char*, const char*>> columns);
void print_json(const boost::json::value& value);
// A member as text, numbers and lists too.
[[nodiscard]] std::string member(const boost::json::value& object, std::string_view key);

void add_server_commands(CLI::App& app,
                         Program& program);  // serve, setup, config, version (commands_server.cpp)
void add_directory_commands(CLI::App& app,
                            Program& program);  // domain, account, alias (commands_directory.cpp)
void add_group_commands(CLI::App& app, Program& program);  // group, rights (commands_groups.cpp)
void add_relay_commands(CLI::App& app, Program& program);  // relay (commands_relay.cpp)
void add_queue_commands(CLI::App& app, Program& program);  // queue (commands_queue.cpp)
// audit, ban, and more of account and domain, which must be there already (commands_guard.cpp)
void add_guard_commands(CLI::App& app, Program& program);
// account undelete; account must be there already (commands_undelete.cpp)
void add_undelete_command(CLI::App& app, Program& program);
void add_filter_commands(CLI::App& app, Program& program);  // filter (commands_filter.cpp)
void add_store_commands(CLI::App& app, Program& program);   // store (commands_store.cpp)
void add_search_commands(CLI::App& app, Program& program);  // search (commands_search.cpp)
void add_trust_commands(CLI::App& app, Program& program);   // dkim, reports (commands_trust.cpp)

// A password from standard input: asked for without echo at a terminal, else the first line.
[[nodiscard]] Result<std::string> read_password(const std::string& prompt);

}  // namespace freehold::cli
