#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.hpp"

// Inside the api only.
namespace freehold::api {

namespace json = boost::json;

using Answer = Result<json::value>;
using Method = awaitable<Answer> (*)(const Services&, json::object params);

struct NamedMethod {
  std::string_view name;
  Method run;
};

[[nodiscard]] std::span<const NamedMethod> directory_methods();  // methods_directory.cpp
[[nodiscard]] std::span<const NamedMethod> group_methods();      // methods_groups.cpp
[[nodiscard]] std::span<const NamedMethod> filter_methods();     // methods_filter.cpp
[[nodiscard]] std::span<const NamedMethod> relay_methods();      // methods_relay.cpp
[[nodiscard]] std::span<const NamedMethod> queue_methods();      // methods_queue.cpp
[[nodiscard]] std::span<const NamedMethod> guard_methods();      // methods_guard.cpp
[[nodiscard]] std::span<const NamedMethod> search_methods();     // methods_search.cpp
[[nodiscard]] std::span<const NamedMethod> login_methods();      // methods_login.cpp
[[nodiscard]] std::span<const NamedMethod> store_methods();      // methods_store.cpp
[[nodiscard]] std::span<const NamedMethod> undelete_methods();   // methods_undelete.cpp
[[nodiscard]] std::span<const NamedMethod> trust_methods();      // methods_trust.cpp

// Parameters by name; a missing or wrong one gives the default.
[[nodiscard]] std::string text_of(const json::object& params, std::string_view name);
[[nodiscard]] std::uint64_t number_of(const json::object& params, std::string_view name);
[[nodiscard]] bool flag_of(const json::object& params, std::string_view name);
[[nodiscard]] std::vector<std::string> texts_of(const json::object& params, std::string_view name);

// A change without a value: {} or its Problem.
[[nodiscard]] Answer done(Result<> result);

}  // namespace freehold::api
