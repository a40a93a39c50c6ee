#include "filter/milter_session.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "filter/limits.hpp"
#include "message/header.hpp"
#include "net/connector.hpp"

namespace freehold::filter::milter {

namespace {

using Kind = Verdict::Kind;

std::string texts(const std::vector<std::string>& all) {
  std::string payload;
  for (const auto& text : all) append_text(payload, text);
  return payload;
}

// As Sendmail writes it: a name, a family, a port and an address.
std::string connect_payload(const Client& client) {
  const auto& [address, port] = client.endpoint;
  std::string payload;
  append_text(payload, client.name);
  payload += address.is_v4() ? '4' : '6';
  payload += static_cast<char>(port >> 8);
  payload += static_cast<char>(port & 0xff);
  append_text(payload, (address.is_v4() ? "" : "IPv6:") + address.text());
  return payload;
}

std::string_view stage_name(Command command) {
  switch (command) {
    case Command::connect:
      return "connect";
    case Command::helo:
      return "helo";
    case Command::mail:
      return "mail";
    case Command::rcpt:
      return "rcpt";
    case Command::data:
      return "data";
    default:
      return "message";
  }
}

std::string text_of(const Refusal& refusal) {
  std::string text = std::to_string(refusal.code);
  for (const auto& line : refusal.lines) text += " " + line;
  return text;
}

metrics::Counter& failures() {
  static metrics::Counter& counter = metrics::counter("freehold_milter_failures_total",
                                                      "Filters that did not answer as they should");
  return counter;
}

Verdict not_now() {
  return {Kind::refuse, {451, {4, 7, 1}, {"a filter of this server is away, try again later"}}};
}

}  // namespace

awaitable<IoResult<std::unique_ptr<net::Stream>>> dial(Address address, net::Deadline deadline) {
  if (const auto* endpoint = std::get_if<net::Endpoint>(&address)) {
    co_return co_await net::connect(*endpoint, deadline);
  }
  co_return co_await net::connect_unix(std::get<std::filesystem::path>(address).string(), deadline);
}

awaitable<Verdict> Session::mail(Client client, std::vector<std::string> arguments,
                                 const Macros& macros) {
  failed_ = false;
  accepted_message_ = false;
  skip_body_ = false;
  // A new HELO or TLS: all that the filter was told of the client is void.
  if (told_ && (told_->hello != client.hello || told_->tls != client.tls)) co_await leave();
  if (connection_ && in_message_) {
    const auto aborted = co_await connection_->abort();
    in_message_ = false;
    if (!aborted) co_return failed(aborted.error().what);
  }
  const auto greeted = co_await greet(client, macros);
  if (greeted.kind != Kind::go_on || done()) co_return greeted;
  in_message_ = true;
  co_return co_await ask(Command::mail, texts(arguments), macros);
}

awaitable<Verdict> Session::greet(const Client& client, const Macros& macros) {
  if (told_) co_return unwanted_client_ ? Verdict{Kind::refuse, *unwanted_client_} : Verdict();
  const auto opened = co_await open();
  if (!opened) co_return failed(opened.error().what);
  told_ = client;
  Verdict verdict = co_await ask(Command::connect, connect_payload(client), macros);
  if (verdict.kind == Kind::go_on && !done()) {
    std::string hello;
    append_text(hello, client.hello);
    verdict = co_await ask(Command::helo, std::move(hello), macros);
  }
  if (verdict.kind == Kind::refuse && !failed_) unwanted_client_ = verdict.refusal;
  co_return verdict;
}

awaitable<Result<>> Session::open() {
  auto stream = co_await dial_(settings_.address, net::after(kMilterConnectWait));
  if (!stream) co_return problem(Problem::Kind::unavailable, stream.error().message());
  connection_.emplace(std::move(*stream), settings_);
  co_return co_await connection_->negotiate();
}

awaitable<Verdict> Session::rcpt(std::vector<std::string> arguments, const Macros& macros) {
  co_return co_await ask(Command::rcpt, texts(arguments), macros);
}

awaitable<Verdict> Session::data(const Macros& macros) {
  co_return co_await ask(Command::data, {}, macros);
}

awaitable<Verdict> Session::ask(Command command, std::string payload, const Macros& macros) {
  if (done() || !connection_) co_return when_done();
  const auto answer = co_await connection_->tell(command, std::move(payload), macros);
  if (!answer) co_return failed(answer.error().what);
  co_return take(command, *answer);
}

awaitable<MessageVerdict> Session::message(HeaderEdits& edits, Body& body, const Macros& macros) {
  Verdict verdict = co_await ask_header(edits, macros);
  if (verdict.kind == Kind::go_on && !done()) verdict = co_await ask_body(body, macros);
  if (verdict.kind != Kind::go_on || done()) co_return MessageVerdict{verdict, {}, {}};
  co_return co_await ask_end(edits, macros);
}

awaitable<Verdict> Session::ask_header(const HeaderEdits& edits, const Macros& macros) {
  if (done() || !connection_) co_return when_done();
  const message::Header header(edits.whole());
  const bool leading_space = connection_->agreement().leading_space();
  for (const auto& field : header.fields()) {
    std::string payload;
    append_text(payload, header.name(field));
    append_text(payload, milter_value(header.value(field), leading_space));
    const auto verdict = co_await ask(Command::header, std::move(payload), macros);
    if (verdict.kind != Kind::go_on || done()) co_return verdict;
  }
  co_return co_await ask(Command::end_of_header, {}, macros);
}

awaitable<Verdict> Session::ask_body(Body& body, const Macros& macros) {
  if (!connection_->agreement().wants(Command::body)) co_return Verdict();
  while (!skip_body_) {
    const auto piece = co_await body.next();
    if (piece.empty()) break;
    for (std::size_t at = 0; at < piece.size() && !skip_body_; at += kMilterChunk) {
      const auto verdict = co_await ask(Command::body, piece.substr(at, kMilterChunk), macros);
      if (verdict.kind != Kind::go_on || done()) co_return verdict;
    }
  }
  co_return Verdict();
}

// The changes hold when all of them have come, and the filter takes the message.
awaitable<MessageVerdict> Session::ask_end(HeaderEdits& edits, const Macros& macros) {
  HeaderEdits edited = edits;
  MessageVerdict outcome;
  auto answer = co_await connection_->tell(Command::end_of_body, {}, macros);
  for (std::size_t changes = 0; answer && answer->is_change(); ++changes) {
    if (changes == kMaxMilterChanges) co_return MessageVerdict{failed("too many changes"), {}, {}};
    change(*answer, edited, outcome);
    answer = co_await connection_->next_answer();
  }
  if (!answer) co_return MessageVerdict{failed(answer.error().what), {}, {}};
  in_message_ = false;
  outcome.verdict = take(Command::end_of_body, *answer);
  if (outcome.verdict.kind != Kind::go_on || failed_) {
    co_return MessageVerdict{outcome.verdict, {}, {}};
  }
  edits = std::move(edited);
  co_return outcome;
}

void Session::change(const Answer& answer, HeaderEdits& edits, MessageVerdict& verdict) {
  switch (answer.kind) {
    case Answer::Kind::header:
      if (!edits.apply(answer.header, connection_->agreement().leading_space())) {
        log_verdict("message", "not applied", "a header change: too much is added");
      }
      break;
    case Answer::Kind::quarantine:
      verdict.quarantine = answer.text.empty() ? "without a reason" : answer.text;
      log_verdict("message", "quarantine", verdict.quarantine);
      break;
    case Answer::Kind::remove_recipient:
      verdict.removed.push_back(answer.text);
      log_verdict("message", "recipient removed", answer.text);
      break;
    default:
      log_verdict("message", "not applied", answer.text);
  }
}

Verdict Session::take(Command command, const Answer& answer) {
  const auto stage = stage_name(command);
  const bool of_client = command == Command::connect || command == Command::helo;
  switch (answer.kind) {
    case Answer::Kind::go_on:
      if (command == Command::end_of_body) log_verdict(stage, "passed", {});
      return {};
    case Answer::Kind::accept:
      (of_client ? accepted_client_ : accepted_message_) = true;
      log_verdict(stage, "accepted", {});
      return {};
    case Answer::Kind::refuse:
      log_verdict(stage, "refused", text_of(answer.refusal));
      return {Kind::refuse, answer.refusal};
    case Answer::Kind::discard:
      if (of_client) return failed("it discards before there is a message");
      log_verdict(stage, "discarded", {});
      return {Kind::discard, {}};
    case Answer::Kind::skip:
      if (command != Command::body) return failed("it skips what is no body");
      skip_body_ = true;
      return {};
    default:
      return failed("it changes the message before its end");
  }
}

Verdict Session::failed(const std::string& why) {
  log::warning("milter.failed", {{"session", id_},
                                 {"milter", settings_.name},
                                 {"address", milter::text_of(settings_.address)},
                                 {"why", why},
                                 {"mail", settings_.fail_open ? "passes" : "has to wait"}});
  failures().add();
  failed_ = true;
  connection_.reset();
  told_.reset();
  in_message_ = false;
  return when_done();
}

Verdict Session::when_done() const {
  return failed_ && !settings_.fail_open ? not_now() : Verdict();
}

awaitable<void> Session::leave() {
  if (connection_) co_await connection_->quit();
  connection_.reset();
  told_.reset();
  unwanted_client_.reset();
  accepted_client_ = false;
  in_message_ = false;
}

void Session::log_verdict(std::string_view stage, std::string_view verdict,
                          std::string_view detail) const {
  log::info("milter.verdict", {{"session", id_},
                               {"milter", settings_.name},
                               {"stage", stage},
                               {"verdict", verdict},
                               {"detail", detail}});
}

}  // namespace freehold::filter::milter
