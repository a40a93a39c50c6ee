#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/awaitable.hpp"
#include "base/pool.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "filter/screen.hpp"
#include "guard/guards.hpp"
#include "mailstore/mailstore.hpp"
#include "net/server.hpp"
#include "net/stream.hpp"
#include "queue/daily_reports.hpp"
#include "queue/queue.hpp"
#include "search/search.hpp"
#include "trust/key_ring.hpp"

namespace freehold::api {

// What the owner's calls work on; outlives them.
struct Services {
  directory::Directory& directory;
  mailstore::Mailstore& mailstore;
  queue::Queue& queue;
  guard::Guards& guards;
  std::string hostname;
  // Logs in at a relay and sends nothing; what the relay said.
  std::function<awaitable<Result<std::string>>(directory::RelayInfo)> test_relay;
  trust::KeyRing& keys;
  queue::DailyReports& reports;
  filter::Screen* screen;     // null: the spam filter is off
  search::Search* search;     // null: there is no full-text index
  bool serves_https = false;  // policies can be fetched from here
};

// One call: a JSON object {"method": "domain.add", "params": {…}} gives {"result": …} or
// {"error": {"kind", "what", "where", "fix"}}. The same methods serve the command line now and HTTP
// later.
awaitable<std::string> call(const Services& services, std::string request);

// Serves calls over the control socket, one line each way. Who can open the socket is the owner.
awaitable<void> serve(net::Stream& stream, net::Session& session, const Services& services);

}  // namespace freehold::api
