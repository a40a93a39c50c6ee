#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "directory/sasl_client.hpp"
#include "net/line_reader.hpp"
#include "net/stream.hpp"
#include "smtp/capabilities.hpp"
#include "smtp/command.hpp"

namespace freehold::smtp {

struct ClientSettings {
  enum class Tls {
    never,          // not even when offered
    opportunistic,  // when offered
    required,       // or nothing is sent
  };

  std::string hostname;  // for EHLO
  bool lmtp = false;     // RFC 2033
  Tls tls = Tls::opportunistic;
  const net::TlsContext* tls_context = nullptr;  // null: as Tls::never
  net::TlsPeer tls_peer;                         // what the certificate has to be
  std::optional<directory::SaslCredentials> login;
  bool plain_login_without_tls = false;  // for a relay on the loopback
  // RFC 5321, 4.5.3.2.
  std::chrono::milliseconds greeting_wait = std::chrono::minutes(5);
  std::chrono::milliseconds command_wait = std::chrono::minutes(5);
  std::chrono::milliseconds data_wait = std::chrono::minutes(2);   // for 354
  std::chrono::milliseconds block_wait = std::chrono::minutes(3);  // for a write
  std::chrono::milliseconds end_wait = std::chrono::minutes(10);   // for the reply to the final dot
};

// How a step ended. `reply` is the server's, or one of ours that says what happened in the same
// terms.
struct ClientOutcome {
  enum class Kind {
    done,            // the server's positive reply
    answered,        // the server refused; 4yz: later, 5yz: never
    unsupported,     // not sent: the server lacks what the message needs
    no_tls,          // it is needed, and not offered or refused
    tls,             // it was begun, and is not good enough or broke
    lost,            // the connection or the message's source broke; nothing was accepted
    lost_after_end,  // it broke after the final dot: the message may have been accepted
  };
  Kind kind = Kind::done;
  Reply reply;
  net::CertificateFault fault = net::CertificateFault::none;  // with `tls`

  [[nodiscard]] bool ok() const { return kind == Kind::done; }
};

struct EnvelopeRecipient {
  Path path;
  RcptParameters parameters;
};

// A message's envelope as it is to be sent. parameters.body says what the body is; parameters.size
// is its size.
struct Envelope {
  Path reverse_path;
  MailParameters parameters;
  std::vector<EnvelopeRecipient> recipients;
};

// The message's text, pulled as the connection takes it.
class Body {
 public:
  virtual ~Body() = default;
  // The next part, valid until the next call; empty: the end. An error ends the connection, so that
  // no part of a message passes for the whole.
  virtual awaitable<IoResult<std::string_view>> next() = 0;
};

struct RecipientOutcome {
  ClientOutcome outcome;
  bool dsn_passed_on = false;  // else a DSN for success says "relayed" (RFC 3461, 5.2.2)
};

// The client's side of a connection to a server, relay or LMTP neighbour. Owned by a delivery's
// coroutine; the stream and the settings outlive it. open(), then send() any number of times, then
// quit().
class Client {
 public:
  Client(net::Stream& stream, const ClientSettings& settings);

  // Greeting, EHLO (or HELO), STARTTLS, AUTH.
  awaitable<ClientOutcome> open();
  // One outcome per recipient. The envelope and the body outlive the call.
  awaitable<std::vector<RecipientOutcome>> send(const Envelope& envelope, Body& body);
  awaitable<void> quit();

  // Whether another send() may follow.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] const Capabilities& offered() const { return offered_; }

 private:
  using Outcomes = std::vector<RecipientOutcome>;
  using DataAnswer = std::optional<ClientOutcome>;  // when DATA was pipelined with the envelope

  // client.cpp
  awaitable<ClientOutcome> hello();
  awaitable<ClientOutcome> start_tls();
  awaitable<ClientOutcome> command(std::string line);
  awaitable<IoResult<>> write(std::string_view bytes);
  awaitable<ClientOutcome> read_reply(std::chrono::milliseconds wait);
  ClientOutcome lose(const error_code& error, std::string_view what);
  // client_auth.cpp
  awaitable<ClientOutcome> log_in();
  awaitable<ClientOutcome> answer_challenges(directory::SaslClient& mechanism, ClientOutcome last);
  // client_send.cpp
  awaitable<bool> send_envelope(const Envelope& envelope, DataAnswer& data, Outcomes& out);
  awaitable<bool> send_recipients(const Envelope& envelope, std::size_t first, std::size_t count,
                                  DataAnswer& data, Outcomes& out);
  awaitable<void> abandon(const DataAnswer& data);
  awaitable<void> reset();
  // client_body.cpp
  awaitable<void> send_data(Body& body, DataAnswer answer, Outcomes& out);
  awaitable<ClientOutcome> ask_data();
  awaitable<void> send_chunks(Body& body, Outcomes& out);
  awaitable<ClientOutcome> write_text(Body& body);
  awaitable<ClientOutcome> explain_loss(error_code error, bool ended);
  awaitable<ClientOutcome> write_chunk(std::string_view bytes, bool last);
  awaitable<void> read_end(Outcomes& out);

  net::Stream& stream_;
  const ClientSettings& settings_;
  net::LineReader reader_;
  Capabilities offered_;
  bool usable_ = true;
};

// The commands for an envelope, with the parameters that the server understands; with their CRLF.
[[nodiscard]] std::string mail_command(const Envelope& envelope, const Capabilities& offered);
[[nodiscard]] std::string rcpt_command(const EnvelopeRecipient& recipient,
                                       const Capabilities& offered);
// The reply for a message that cannot go over a server with these capabilities.
[[nodiscard]] std::optional<Reply> unsupported(const Envelope& envelope,
                                               const Capabilities& offered);

}  // namespace freehold::smtp
