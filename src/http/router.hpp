#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/awaitable.hpp"
#include "http/message.hpp"

namespace freehold::http {

// Answers one request; in the session's thread. The request outlives the run.
using Handler = std::function<awaitable<Response>(const Request&)>;

// Which handler answers which path. Made by the wiring, then read by every thread.
class Router {
 public:
  // The path is matched whole and as it stands. A handler of GET answers HEAD too, and need not
  // care.
  void add(std::string method, std::string path, Handler handler);

  // A path that is not here gives 404, a method that the path does not know 405. The request
  // outlives the run.
  awaitable<Response> answer(const Request& request) const;

 private:
  std::map<std::string, std::map<std::string, Handler>, std::less<>> paths_;  // → method → handler
};

}  // namespace freehold::http
