#pragma once

#include <memory>
#include <string>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "filter/milter_answer.hpp"
#include "filter/milter_negotiation.hpp"
#include "filter/milter_settings.hpp"
#include "net/stream.hpp"

namespace freehold::filter::milter {

// The connection to a filter. Owned by the session that it is asked about, and used in its thread;
// the settings outlive it. A Problem is final: the filter is gone, late, or does not make sense.
class Connection {
 public:
  Connection(std::unique_ptr<net::Stream> stream, const Settings& settings)
      : stream_(std::move(stream)), settings_(settings) {}

  // Before anything else.
  awaitable<Result<>> negotiate();
  [[nodiscard]] const Agreement& agreement() const { return agreement_; }

  // Says it, after the macros that the filter wants to know with it, and gives the answer; go_on
  // for what it does not want to hear of or gives no answer to.
  awaitable<Result<Answer>> tell(Command command, std::string payload, const Macros& macros);
  // The next answer to an end_of_body, as long as the last one was a change.
  awaitable<Result<Answer>> next_answer();
  // Forget the message; there is no answer to it.
  awaitable<Result<>> abort();
  awaitable<void> quit();

 private:
  struct Packet {
    char letter = 0;
    std::string payload;
  };
  awaitable<Result<>> flush();
  awaitable<Result<Answer>> answer(std::chrono::milliseconds wait);
  awaitable<Result<Packet>> read_packet(net::Deadline deadline);
  awaitable<Result<>> read_bytes(std::string& into, net::Deadline deadline);

  std::unique_ptr<net::Stream> stream_;
  const Settings& settings_;
  Agreement agreement_;
  std::string out_;  // said but not written: what is not answered goes out together
};

}  // namespace freehold::filter::milter
