#include <algorithm>

#include "base/log.hpp"
#include "message/dsn.hpp"
#include "message/encoded_word.hpp"
#include "message/header.hpp"
#include "queue/dispatch.hpp"
#include "store/bodies.hpp"
#include "trust/dkim_signer.hpp"
#include "trust/dmarc.hpp"

// Delivery status notifications (RFC 3461, RFC 3464): to the sender, from <>.
namespace freehold::queue {

namespace {

constexpr std::uint64_t kMaxReturned = std::uint64_t{1}
                                       << 20;  // a larger message is not sent back whole
constexpr std::uint64_t kHeaderLooked = std::uint64_t{64} << 10;

message::DsnAction action_of(Report::Action action) {
  switch (action) {
    case Report::Action::delivered:
      return message::DsnAction::delivered;
    case Report::Action::relayed:
      return message::DsnAction::relayed;
    case Report::Action::delayed:
      return message::DsnAction::delayed;
    case Report::Action::failed:
      break;
  }
  return message::DsnAction::failed;
}

message::DsnRecipient recipient_of(const Report& report) {
  message::DsnRecipient recipient;
  recipient.final_recipient = report.recipient.address;
  recipient.original_recipient = report.recipient.original;
  recipient.action = action_of(report.action);
  recipient.status = report.outcome.status;
  recipient.remote_mta = report.outcome.host.substr(0, report.outcome.host.find(' '));
  recipient.diagnostic = report.outcome.reply;
  recipient.last_attempt = report.last_attempt;
  if (report.action == Report::Action::delayed)
    recipient.will_retry_until = report.will_retry_until;
  return recipient;
}

// The message, or as much of it as has the header.
std::string read_original(const store::Engine& engine, const BlobHash& body, bool full) {
  const auto reader = store::BodyReader::open(engine.latest(), body);
  if (!reader) return {};
  const bool whole = full && reader->size() <= kMaxReturned;
  return whole ? reader->all() : reader->read(0, kHeaderLooked);
}

}  // namespace

awaitable<bool> Dispatch::send_report(const MessageView& message, const Envelope& envelope,
                                      const BlobHash& body, std::vector<Report> reports) {
  if (envelope.sender.empty()) co_return true;  // RFC 5321, 6.1: never about mail from <>
  message::Dsn dsn;
  dsn.reporting_mta = hostname_;
  dsn.from = "MAILER-DAEMON@" + hostname_;
  dsn.to = envelope.sender;
  dsn.envelope_id = envelope.envelope_id;
  dsn.arrival = message.arrived_at;
  dsn.now = clock_.now();
  dsn.returned = envelope.return_full && message.size <= kMaxReturned ? message::DsnReturn::full
                                                                      : message::DsnReturn::headers;
  dsn.original = read_original(mailstore_.engine(), body, envelope.return_full);
  const message::Header header(dsn.original.substr(0, kHeaderLooked));
  dsn.subject = message::decode_text(header.get("Subject"));
  for (const auto& report : reports) dsn.recipients.push_back(recipient_of(report));

  const auto sent = co_await send(message::build_dsn(dsn), envelope.sender);
  if (!sent && (sent.error().kind == Problem::Kind::denied ||
                sent.error().kind == Problem::Kind::not_found)) {
    log::warning("queue.report_undeliverable",
                 {{"to", envelope.sender}, {"error", sent.error().text()}});
    co_return true;  // the sender is no more, or his own mailbox is full
  }
  log::info("queue.reported",
            {{"to", envelope.sender}, {"recipients", reports.size()}, {"kept", sent.has_value()}});
  co_return sent.has_value();
}

awaitable<Result<>> Dispatch::send(std::string text, std::string to, bool tls_required_no) {
  const auto end = text.find("\r\n\r\n");
  const message::Header header(text.substr(0, end == std::string::npos ? end : end + 2));
  Envelope envelope;
  const auto authors = trust::author_domains(header);
  if (const auto signer = authors.size() == 1 ? keys_.signer(authors.front()) : nullptr) {
    trust::DkimSigner signature(signer->keys, signer->domain);
    signature.header(header);
    if (end != std::string::npos) signature.body(std::string_view(text).substr(end + 4));
    envelope.prefix =
        co_await mailstore_.pool().run([&] { return signature.finish(clock_.now()); });
  }
  mailstore::Intake intake(mailstore_.engine());
  if (auto taken = intake.append(text); !taken) co_return taken.error();
  auto message = co_await intake.finish(mailstore_.pool());
  if (!message) co_return message.error();
  Addressee addressee;
  addressee.recipient = {to, {}, kNotifyNever};
  const auto address = directory::Address::parse(to);
  const auto resolved = address ? directory_.resolve(*address) : directory::Directory::Resolved();
  if (resolved.lookup == directory::Lookup::found) {
    addressee.destination = resolved.destination;
  } else if (resolved.lookup == directory::Lookup::not_local) {
    addressee.destination.remote.push_back(to);
  } else {
    co_return problem(Problem::Kind::not_found, "nobody has the address " + to);
  }
  envelope.utf8 = std::ranges::any_of(to, [](char c) { return (c & 0x80) != 0; });
  envelope.eight_bit = true;
  envelope.tls_required_no = tls_required_no;
  std::vector<Addressee> addressees;
  addressees.push_back(std::move(addressee));
  auto results = co_await deliver(std::move(*message), std::move(envelope), std::move(addressees));
  co_return std::move(results.front());
}

awaitable<void> Dispatch::report_delivered(const mailstore::Message& message,
                                           const Envelope& envelope,
                                           const std::vector<Addressee>& addressees,
                                           const std::vector<Result<>>& results) {
  std::vector<Report> reports;
  for (std::size_t i = 0; i < addressees.size(); ++i) {
    const auto& recipient = addressees[i].recipient;
    const bool wanted =
        (recipient.notify & kNotifySuccess) != 0 && !addressees[i].destination.local.empty();
    if (!wanted || !results[i]) continue;
    const Outcome outcome{Outcome::State::delivered, "2.1.5", "delivered into the mailbox", {}, {}};
    reports.push_back({Report::Action::delivered, recipient, outcome, clock_.now(), {}});
  }
  if (reports.empty() || envelope.sender.empty()) co_return;
  MessageView view;
  view.sender = envelope.sender;
  view.size = message.body.size;
  view.arrived_at = clock_.now();
  co_await send_report(view, envelope, message.body.hash, std::move(reports));
}

}  // namespace freehold::queue
