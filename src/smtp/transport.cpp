#include "smtp/transport.hpp"

#include "smtp/connection.hpp"

namespace freehold::smtp {

namespace {

constexpr unsigned kMessagesPerMx =
    100;  // then a new connection: what large receivers expect of a good guest
constexpr unsigned kMessagesPerRelay = 5'000;

using State = queue::Outcome::State;

// The fields before a stored body, then the body.
class StoredBody final : public Body {
 public:
  StoredBody(std::string_view prefix, const store::BodyReader& reader)
      : prefix_(prefix), reader_(reader) {}

  awaitable<IoResult<std::string_view>> next() override {
    if (!prefix_.empty()) co_return std::exchange(prefix_, {});
    if (offset_ == reader_.size()) co_return std::string_view();
    piece_ = reader_.read(offset_);
    if (piece_.empty()) co_return make_error_code(boost::system::errc::io_error);
    offset_ += piece_.size();
    co_return std::string_view(piece_);
  }

 private:
  std::string_view prefix_;
  const store::BodyReader& reader_;
  std::uint64_t offset_ = 0;
  std::string piece_;
};

Path path_of(const std::string& address) {
  const auto at = address.rfind('@');
  if (at == std::string::npos) return {address, {}};
  if (const auto path = parse_mailbox(address)) return *path;
  return {address.substr(0, at), address.substr(at + 1)};
}

RcptParameters parameters_of(const queue::Recipient& recipient) {
  RcptParameters parameters;
  if (recipient.notify != queue::kNotifyDefault) {
    const auto bit = [&](std::uint32_t which) { return (recipient.notify & which) != 0; };
    parameters.notify =
        DsnNotify{bit(queue::kNotifySuccess), bit(queue::kNotifyFailure), bit(queue::kNotifyDelay)};
  }
  if (const auto semicolon = recipient.original.find(';'); semicolon != std::string::npos) {
    parameters.orcpt_type = recipient.original.substr(0, semicolon);
    parameters.orcpt = recipient.original.substr(semicolon + 1);
  }
  return parameters;
}

Envelope envelope_of(const queue::Job& job, const std::string& reverse_path) {
  const auto& from = job.envelope;
  Envelope envelope;
  if (!reverse_path.empty()) envelope.reverse_path = path_of(reverse_path);
  auto& parameters = envelope.parameters;
  parameters.size = from.prefix.size() + job.size;
  parameters.body = from.binary      ? BodyType::binary
                    : from.eight_bit ? BodyType::eight_bit
                                     : BodyType::seven_bit;
  parameters.smtputf8 = from.utf8;
  parameters.envid = from.envelope_id;
  parameters.require_tls = from.require_tls;
  if (from.return_full) parameters.ret = DsnReturn::full;
  for (const auto& recipient : from.recipients) {
    envelope.recipients.push_back({path_of(recipient.address), parameters_of(recipient)});
  }
  return envelope;
}

queue::Outcome outcome_of(const RecipientOutcome& result, const Connection& connection) {
  const auto& reply = result.outcome.reply;
  queue::Outcome outcome{State::deferred,
                         reply.status.present() ? reply.status.text() : std::string(),
                         reply.full_text(), connection.host, connection.tls};
  switch (result.outcome.kind) {
    case ClientOutcome::Kind::done:
      outcome.state = result.dsn_passed_on ? State::delivered : State::relayed;
      if (outcome.status.empty()) outcome.status = "2.0.0";
      break;
    case ClientOutcome::Kind::answered:
    case ClientOutcome::Kind::unsupported:
      if (reply.permanent()) outcome.state = State::failed;
      break;
    case ClientOutcome::Kind::no_tls:
    case ClientOutcome::Kind::tls:
    case ClientOutcome::Kind::lost:
    case ClientOutcome::Kind::lost_after_end:  // perhaps a second copy, never none
      break;
  }
  if (outcome.status.empty()) outcome.status = outcome.state == State::failed ? "5.0.0" : "4.0.0";
  return outcome;
}

class SmtpChannel final : public queue::Channel {
 public:
  SmtpChannel(Connector connector, const trust::ReturnPaths& return_paths, queue::Route route)
      : connector_(connector), return_paths_(return_paths), route_(std::move(route)) {}

  awaitable<std::vector<queue::Outcome>> deliver(const queue::Job& job,
                                                 const store::BodyReader& body) override {
    const bool reused = connection_ != nullptr;
    auto outcomes = co_await attempt(job, body);
    // A kept connection may have been closed by the other side while it was idle.
    const bool lost = connection_ && !connection_->client->usable();
    if (reused && lost && nothing_came_of(outcomes)) {
      connection_.reset();
      outcomes = co_await attempt(job, body);
    }
    auto out = to_queue(outcomes);
    if (connection_ && !connection_->client->usable()) connection_.reset();
    co_return out;
  }

  awaitable<void> close() override {
    if (!connection_) co_return;
    co_await connection_->client->quit();
    connection_->stream->close();
    connection_.reset();
  }

 private:
  struct Attempt {
    std::vector<RecipientOutcome> results;  // empty: no connection
    ConnectFailure failure;
    std::size_t recipients = 0;
  };

  awaitable<Attempt> attempt(const queue::Job& job, const store::BodyReader& body) {
    Attempt made;
    made.recipients = job.numbers.size();
    const auto most = route_.relay ? kMessagesPerRelay : kMessagesPerMx;
    const TlsNeeds needs{job.envelope.require_tls, job.envelope.tls_required_no};
    if (connection_ && (connection_->messages >= most || !needs.served_by(made_for_))) {
      co_await close();
    }
    if (!connection_) {
      auto outcome = co_await connector_.connect(route_, needs);
      connection_ = std::move(outcome.connection);
      made_for_ = needs;
      if (route_.relay) made_for_ = {true, false};  // always verified
      made.failure = std::move(outcome.failure);
      if (!connection_) co_return made;
    }
    StoredBody source(job.envelope.prefix, body);
    const auto envelope = envelope_of(job, reverse_path(job));
    ++connection_->messages;
    made.results = co_await connection_->client->send(envelope, source);
    co_return made;
  }

  [[nodiscard]] std::string reverse_path(const queue::Job& job) const {
    const auto& envelope = job.envelope;
    if (envelope.sender.empty()) return {};
    if (!envelope.forwarded_by.empty())
      return return_paths_.forwarded(envelope.sender, envelope.forwarded_by);
    if (envelope.account.value == 0) return envelope.sender;
    return return_paths_.tagged(envelope.sender, job.id);
  }

  static bool nothing_came_of(const Attempt& made) {
    for (const auto& result : made.results) {
      if (result.outcome.kind != ClientOutcome::Kind::lost) return false;
    }
    return !made.results.empty();
  }

  std::vector<queue::Outcome> to_queue(const Attempt& made) const {
    std::vector<queue::Outcome> outcomes;
    for (const auto& result : made.results) {
      outcomes.push_back(outcome_of(result, *connection_));
    }
    const auto& failure = made.failure;
    if (made.results.empty()) {
      outcomes.assign(made.recipients, {failure.permanent ? State::failed : State::deferred,
                                        failure.status,
                                        failure.reason,
                                        {},
                                        {}});
    }
    return outcomes;
  }

  Connector connector_;
  const trust::ReturnPaths& return_paths_;
  queue::Route route_;
  std::unique_ptr<Connection> connection_;
  TlsNeeds made_for_;
};

}  // namespace

SmtpTransport::SmtpTransport(net::Resolver& resolver, const net::TlsContext& tls,
                             trust::TransportSecurity& security,
                             const trust::ReturnPaths& return_paths, TransportSettings settings)
    : resolver_(resolver),
      tls_(tls),
      security_(security),
      return_paths_(return_paths),
      settings_(std::move(settings)) {}

std::unique_ptr<queue::Channel> SmtpTransport::open(const queue::Route& route) {
  return std::make_unique<SmtpChannel>(Connector(resolver_, tls_, security_, settings_),
                                       return_paths_, route);
}

awaitable<Result<std::string>> SmtpTransport::test_login(directory::RelayInfo relay) {
  Connector connector(resolver_, tls_, security_, settings_);
  const queue::Route route{{}, relay};
  auto outcome = co_await connector.connect(route, {});
  if (!outcome.connection) {
    co_return problem(Problem::Kind::unavailable, outcome.failure.reason, route.text(),
                      "check host, port, TLS mode, user and password");
  }
  const auto said = outcome.connection->host + ", " + outcome.connection->tls;
  co_await outcome.connection->client->quit();
  outcome.connection->stream->close();
  co_return said;
}

}  // namespace freehold::smtp
