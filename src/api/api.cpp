#include "api/api.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "api/method.hpp"
#include "base/log.hpp"
#include "net/line_reader.hpp"

namespace freehold::api {

namespace {

constexpr std::size_t kMaxRequest = 1 << 20;
constexpr std::chrono::minutes kTimeout{10};

std::string_view word(Problem::Kind kind) {
  switch (kind) {
    case Problem::Kind::invalid:
      return "invalid";
    case Problem::Kind::not_found:
      return "not_found";
    case Problem::Kind::exists:
      return "exists";
    case Problem::Kind::denied:
      return "denied";
    case Problem::Kind::conflict:
      return "conflict";
    case Problem::Kind::unavailable:
      return "unavailable";
    case Problem::Kind::corrupt:
      return "corrupt";
    case Problem::Kind::internal:
      break;
  }
  return "internal";
}

json::object error_of(const Problem& problem) {
  return {{"error",
           {{"kind", word(problem.kind)},
            {"what", problem.what},
            {"where", problem.where},
            {"fix", problem.fix}}}};
}

const NamedMethod* find(std::string_view name) {
  for (const auto methods : {directory_methods(), relay_methods(), queue_methods(), guard_methods(),
                             login_methods(), store_methods(), trust_methods(), filter_methods(),
                             search_methods(), undelete_methods(), group_methods()}) {
    for (const auto& method : methods) {
      if (method.name == name) return &method;
    }
  }
  return nullptr;
}

awaitable<json::object> answer(const Services& services, std::string request) {
  boost::system::error_code error;
  const auto parsed = json::parse(request, error);
  const auto* object = error ? nullptr : parsed.if_object();
  const auto* name = object ? object->if_contains("method") : nullptr;
  if (name == nullptr || !name->is_string()) {
    co_return error_of(
        problem(Problem::Kind::invalid, "the request is no JSON object with a method"));
  }
  const auto* method = find(name->get_string());
  if (method == nullptr) {
    co_return error_of(
        problem(Problem::Kind::not_found, "there is no method " + std::string(name->get_string())));
  }
  json::object params;
  if (const auto* given = object->if_contains("params"); given != nullptr && given->is_object()) {
    params = given->get_object();
  }
  auto result = co_await method->run(services, std::move(params));
  if (!result) co_return error_of(result.error());
  co_return json::object{{"result", std::move(*result)}};
}

}  // namespace

std::string text_of(const json::object& params, std::string_view name) {
  const auto* value = params.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::uint64_t number_of(const json::object& params, std::string_view name) {
  const auto* value = params.if_contains(name);
  boost::system::error_code ignored;
  const auto number = value != nullptr ? value->to_number<std::uint64_t>(ignored) : 0;
  return ignored ? 0 : number;
}

bool flag_of(const json::object& params, std::string_view name) {
  const auto* value = params.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> texts_of(const json::object& params, std::string_view name) {
  std::vector<std::string> texts;
  const auto* value = params.if_contains(name);
  if (value == nullptr || !value->is_array()) return texts;
  for (const auto& item : value->get_array()) {
    if (item.is_string()) texts.emplace_back(item.get_string());
  }
  return texts;
}

Answer done(Result<> result) {
  if (!result) return result.error();
  return json::value(json::object());
}

awaitable<std::string> call(const Services& services, std::string request) {
  try {
    const auto object = co_await answer(services, std::move(request));
    co_return json::serialize(object);
  } catch (const std::exception& e) {
    log::error("api.call_failed", {{"error", e.what()}});
    co_return json::serialize(error_of(problem(Problem::Kind::internal, e.what())));
  }
}

awaitable<void> serve(net::Stream& stream, net::Session& session, const Services& services) {
  session.on_drain([&stream] { stream.interrupt(); });
  net::LineReader reader(stream, kMaxRequest);
  while (!session.draining()) {
    const auto woken = co_await reader.wait_readable(net::after(kTimeout));
    if (!woken) break;
    if (*woken == net::Wake::interrupted) continue;
    const auto line = co_await reader.read_line(net::after(kTimeout));
    if (!line) break;
    auto reply = co_await call(services, std::string(*line));
    reply += "\r\n";
    if (!co_await stream.write(reply, net::after(kTimeout))) break;
  }
  session.on_drain({});
}

}  // namespace freehold::api
