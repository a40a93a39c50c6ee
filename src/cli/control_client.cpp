#include "cli/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace freehold::cli {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

Problem::Kind kind_of(std::string_view word) {
  using Kind = Problem::Kind;
  constexpr std::pair<std::string_view, Kind> kWords[] = {
      {"invalid", Kind::invalid},   {"not_found", Kind::not_found},
      {"exists", Kind::exists},     {"denied", Kind::denied},
      {"conflict", Kind::conflict}, {"unavailable", Kind::unavailable},
      {"corrupt", Kind::corrupt}};
  for (const auto& [name, kind] : kWords) {
    if (name == word) return kind;
  }
  return Kind::internal;
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Problem problem_of(const json::object& error) {
  return {kind_of(text_of(error, "kind")), text_of(error, "what"), text_of(error, "where"),
          text_of(error, "fix")};
}

}  // namespace

Result<json::value> ask_server(const std::filesystem::path& socket, std::string_view method,
                               const json::object& params) {
  asio::io_context context;
  asio::local::stream_protocol::socket connection(context);
  boost::system::error_code error;
  connection.connect(asio::local::stream_protocol::endpoint(socket.string()), error);
  if (error) {
    return problem(Problem::Kind::unavailable, "no server answers here (" + error.message() + ")",
                   socket.string(), "start it with `freehold serve`, or check --config");
  }
  const auto request =
      json::serialize(json::object{{"method", method}, {"params", params}}) + "\r\n";
  asio::write(connection, asio::buffer(request), error);
  std::string reply;
  if (!error) asio::read_until(connection, asio::dynamic_buffer(reply), "\r\n", error);
  if (error)
    return problem(Problem::Kind::unavailable, "the server hung up: " + error.message(),
                   socket.string());
  auto parsed = json::parse(reply, error);
  if (error || !parsed.is_object()) {
    return problem(Problem::Kind::internal, "the server's answer is not understood",
                   socket.string());
  }
  auto& object = parsed.get_object();
  if (const auto* refused = object.if_contains("error");
      refused != nullptr && refused->is_object()) {
    return problem_of(refused->get_object());
  }
  return object["result"];
}

}  // namespace freehold::cli
