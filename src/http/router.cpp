#include "http/router.hpp"

namespace freehold::http {

Response plain_response(unsigned status) {
  Response response;
  response.status = status;
  response.body = std::to_string(status) + " " + std::string(reason_of(status)) + "\n";
  return response;
}

void Router::add(std::string method, std::string path, Handler handler) {
  paths_[std::move(path)][std::move(method)] = std::move(handler);
}

awaitable<Response> Router::answer(const Request& request) const {
  constexpr unsigned kNotFound = 404;
  constexpr unsigned kWrongMethod = 405;
  const auto path = paths_.find(request.path);
  if (path == paths_.end()) co_return plain_response(kNotFound);
  const auto& methods = path->second;
  const auto handler = methods.find(request.method == "HEAD" ? "GET" : request.method);
  if (handler == methods.end()) {
    std::string allowed;
    for (const auto& [method, unused] : methods) {
      if (!allowed.empty()) allowed += ", ";
      allowed += method == "GET" ? "GET, HEAD" : method;
    }
    auto response = plain_response(kWrongMethod);
    response.fields.push_back({"Allow", allowed});  // RFC 9110, 15.5.6
    co_return response;
  }
  co_return co_await handler->second(request);
}

}  // namespace freehold::http
