#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <vector>

#include "base/utf8.hpp"
#include "cli/command.hpp"

namespace freehold::cli {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& value) {
  if (value.is_string()) return printable(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (!value.is_array()) return json::serialize(value);
  std::string joined;
  for (const auto& item : value.get_array()) joined += (joined.empty() ? "" : ", ") + text_of(item);
  return joined;
}

// Turns the terminal's echo off while it lives.
class NoEcho {
 public:
  NoEcho() {
    tcgetattr(STDIN_FILENO, &before_);
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~NoEcho() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
};

}  // namespace

std::string member(const json::value& object, std::string_view key) {
  const auto* value = object.is_object() ? object.get_object().if_contains(key) : nullptr;
  return value != nullptr ? text_of(*value) : std::string();
}

void print_json(const json::value& value) { std::cout << json::serialize(value) << '\n'; }

void print_table(const json::value& rows,
                 std::initializer_list<std::pair<const char*, const char*>> columns) {
  std::vector<std::vector<std::string>> lines(1);
  for (const auto& [key, heading] : columns) lines.front().emplace_back(heading);
  if (rows.is_array()) {
    for (const auto& row : rows.get_array()) {
      auto& line = lines.emplace_back();
      for (const auto& [key, heading] : columns) {
        auto& cell = line.emplace_back(member(row, key));
        std::ranges::replace_if(cell, [](char c) { return c == '\n' || c == '\t'; }, ' ');
      }
    }
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i] + std::string(widths[i] - line[i].size() + 2, ' ');
    }
    text.erase(text.find_last_not_of(' ') + 1);
    std::cout << text << '\n';
  }
}

Result<std::string> read_password(const std::string& prompt) {
  std::string line;
  const auto read = [&line](const std::string& question) {
    std::cerr << question << std::flush;
    const NoEcho quiet;
    std::getline(std::cin, line);
    std::cerr << '\n';
    return line;
  };
  if (isatty(STDIN_FILENO) != 0) {
    auto first = read(prompt + ": ");
    if (read("again: ") != first)
      return problem(Problem::Kind::invalid, "the two passwords differ");
    return first;
  }
  if (!std::getline(std::cin, line)) {
    return problem(Problem::Kind::invalid, "no password on standard input", {},
                   "give it as the first line");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Result<> Program::show(std::string_view method, const json::object& params, Columns columns) const {
  const auto rows = ask(method, params);
  if (!rows) return rows.error();
  if (json) {
    print_json(*rows);
  } else {
    print_table(*rows, columns);
  }
  return {};
}

}  // namespace freehold::cli
