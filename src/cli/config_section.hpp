#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

// For config*.cpp only: it brings a heavy header.
namespace freehold::cli {

[[nodiscard]] inline std::string place(const std::filesystem::path& file,
                                       const toml::source_region& source) {
  return file.string() + ":" + std::to_string(source.begin.line);
}

// Reads one table; remembers the first thing that is wrong.
class Section {
 public:
  Section(const std::filesystem::path& file, const toml::table& table, std::string name)
      : file_(file), table_(table), name_(std::move(name)) {}

  template <class T>
  void get(std::string_view key, T& into) {
    known_.insert(std::string(key));
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (const auto value = node->value_exact<bool>()) return void(into = *value);
      fail(*node, key, "true or false");
    } else if constexpr (std::is_integral_v<T>) {
      const auto value = node->value_exact<std::int64_t>();
      if (value && *value >= 0 && std::in_range<T>(*value))
        return void(into = static_cast<T>(*value));
      fail(*node, key, "a whole number in range");
    } else if constexpr (std::is_floating_point_v<T>) {
      const auto value = node->value<double>();  // whole numbers too
      if (value && *value >= 0 && *value <= 1'000'000) return void(into = *value);
      fail(*node, key, "a number that is not negative");
    } else {
      if (const auto value = node->value_exact<std::string>()) return void(into = *value);
      fail(*node, key, "a text in quotes");
    }
  }

  // A list of texts, each read by `parse`.
  template <class T>
  void list(std::string_view key, std::vector<T>& into, std::optional<T> (*parse)(std::string_view),
            const char* expected) {
    known_.insert(std::string(key));
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) return fail(*node, key, "a list of texts in brackets");
    for (const auto& item : *array) {
      const auto text = item.value_exact<std::string>();
      const auto value = text ? parse(*text) : std::nullopt;
      if (!value) return fail(item, key, expected);
      into.push_back(*value);
    }
  }

  // A table of commands, each a list of texts.
  void commands(std::string_view key, std::map<std::string, std::vector<std::string>>& into) {
    known_.insert(std::string(key));
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    const auto* table = node->as_table();
    constexpr const char* kExpected =
        "a table of commands, such as \"application/pdf\" = [\"pdftotext\", \"-\", \"-\"]";
    if (table == nullptr) return fail(*node, key, kExpected);
    for (const auto& [name, value] : *table) {
      auto& command = into[std::string(name.str())];
      const auto* words = value.as_array();
      if (words == nullptr || words->empty()) return fail(value, key, kExpected);
      for (const auto& word : *words) {
        const auto text = word.value_exact<std::string>();
        if (!text) return fail(word, key, kExpected);
        command.push_back(*text);
      }
    }
  }

  template <class T>
  void choice(std::string_view key, T& into,
              std::initializer_list<std::pair<std::string_view, T>> choices) {
    std::string text;
    get(key, text);
    if (text.empty()) return;
    for (const auto& [name, value] : choices) {
      if (name == text) return void(into = value);
    }
    fail(*table_.get(key), key, "one of the words in the manual");
  }

  [[nodiscard]] Result<> finish() {
    for (const auto& [key, node] : table_) {
      if (problem_ || known_.contains(std::string(key.str())) || node.is_table() ||
          node.is_array_of_tables()) {
        continue;
      }
      problem_ =
          problem(Problem::Kind::invalid, "the setting '" + qualified(key.str()) + "' is not known",
                  place(file_, node.source()), "see freehold.toml(5)");
    }
    if (problem_) return *problem_;
    return {};
  }

 private:
  std::string qualified(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }
  void fail(const toml::node& node, std::string_view key, const char* expected) {
    if (problem_) return;
    problem_ = problem(Problem::Kind::invalid, "'" + qualified(key) + "' has to be " + expected,
                       place(file_, node.source()), "see freehold.toml(5)");
  }

  const std::filesystem::path& file_;
  const toml::table& table_;
  std::string name_;
  std::set<std::string> known_;
  std::optional<Problem> problem_;
};

}  // namespace freehold::cli
