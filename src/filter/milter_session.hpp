#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "filter/milter_connection.hpp"
#include "filter/milter_edits.hpp"

namespace freehold::filter::milter {

// Whom the filter is asked about.
struct Client {
  std::string name;  // of its address, proved; "unknown": there is none
  net::Endpoint endpoint;
  std::string hello;
  bool tls = false;
};

// A message's text behind its header, piece by piece.
class Body {
 public:
  virtual ~Body() = default;
  // From the beginning, for the next filter.
  virtual void rewind() = 0;
  // Empty: the end.
  virtual awaitable<std::string> next() = 0;
};

struct Verdict {
  enum class Kind : std::uint8_t {
    go_on,
    refuse,
    discard,  // say that it is taken, and let it go
  };
  Kind kind = Kind::go_on;
  Refusal refusal{};
};

struct MessageVerdict {
  Verdict verdict;
  std::string quarantine;            // the reason; empty: none
  std::vector<std::string> removed;  // recipients, as they were given: "<a@b>"
};

using Dial =
    std::function<awaitable<IoResult<std::unique_ptr<net::Stream>>>(Address, net::Deadline)>;
// Over TCP or to a unix socket.
[[nodiscard]] awaitable<IoResult<std::unique_ptr<net::Stream>>> dial(Address address,
                                                                     net::Deadline deadline);

// One filter's part in one SMTP session: it is connected to with the first MAIL, hears of each
// message at its stages, and is kept for the next one. A filter that fails is passed over until the
// next MAIL, or refuses for now (4xx), as its owner has chosen; the log has why. In the thread of
// the session that owns it; the settings outlive it.
class Session {
 public:
  // `id` is the SMTP session's, for the log.
  Session(const Settings& settings, std::string id, Dial connect = dial)
      : settings_(settings), id_(std::move(id)), dial_(std::move(connect)) {}

  // In the order of SMTP. `arguments` are those of the command: the path in brackets, then ESMTP
  // parameters. MAIL forgets the message before it; so what it says of client and HELO is its
  // answer too.
  awaitable<Verdict> mail(Client client, std::vector<std::string> arguments, const Macros& macros);
  awaitable<Verdict> rcpt(std::vector<std::string> arguments, const Macros& macros);
  awaitable<Verdict> data(const Macros& macros);
  // Changes of the header go to `edits`, which has the header that the filter sees.
  awaitable<MessageVerdict> message(HeaderEdits& edits, Body& body, const Macros& macros);
  awaitable<void> leave();

 private:
  awaitable<Verdict> greet(const Client& client, const Macros& macros);
  awaitable<Result<>> open();
  awaitable<Verdict> ask(Command command, std::string payload, const Macros& macros);
  awaitable<Verdict> ask_header(const HeaderEdits& edits, const Macros& macros);
  awaitable<Verdict> ask_body(Body& body, const Macros& macros);
  awaitable<MessageVerdict> ask_end(HeaderEdits& edits, const Macros& macros);
  [[nodiscard]] Verdict take(Command command, const Answer& answer);
  [[nodiscard]] Verdict failed(const std::string& why);
  void change(const Answer& answer, HeaderEdits& edits, MessageVerdict& verdict);
  // There is nothing to ask: it was accepted, or the filter has failed.
  [[nodiscard]] bool done() const { return accepted_client_ || accepted_message_ || failed_; }
  [[nodiscard]] Verdict when_done() const;
  void log_verdict(std::string_view stage, std::string_view verdict, std::string_view detail) const;

  const Settings& settings_;
  std::string id_;
  Dial dial_;
  std::optional<Connection> connection_;
  std::optional<Client> told_;    // whom the filter knows it is asked about
  bool accepted_client_ = false;  // at connect or HELO: for as long as that holds
  std::optional<Refusal> unwanted_client_;
  bool in_message_ = false;  // it was told of a MAIL, and not of that message's end
  bool accepted_message_ = false;
  bool skip_body_ = false;
  bool failed_ = false;  // until the next MAIL
};

}  // namespace freehold::filter::milter
