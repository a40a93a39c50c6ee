#include "smtp/incoming_mail.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "message/header_edit.hpp"
#include "smtp/limits.hpp"
#include "smtp/milter_checks.hpp"
#include "smtp/screening.hpp"
#include "smtp/submission_header.hpp"
#include "store/transaction.hpp"
#include "trust/disposition.hpp"
#include "trust/limits.hpp"
#include "trust/report_intake.hpp"

namespace freehold::smtp {

namespace {

Reply reply_for(const Problem& problem) {
  switch (problem.kind) {
    case Problem::Kind::denied:
      return {452, {4, 2, 2}, problem.what};
    case Problem::Kind::unavailable:
      return {452, {4, 3, 1}, problem.what};
    case Problem::Kind::not_found:
      return {450, {4, 2, 1}, problem.what};
    default:
      return {451, {4, 3, 0}, problem.what};
  }
}

void log_findings(const Transaction& transaction, const trust::Findings& findings,
                  const trust::Disposition& disposition) {
  std::string signers;
  for (const auto& domain : findings.signing_domains()) {
    signers += (signers.empty() ? "" : ",") + domain;
  }
  constexpr std::array actions{"accept", "junk", "refuse"};
  log::info("smtp.examined", {{"session", transaction.peer.session},
                              {"message", transaction.id},
                              {"iprev", trust::iprev_result_name(findings.iprev.result)},
                              {"spf", trust::spf_result_name(findings.spf.result)},
                              {"dkim", signers},
                              {"arc", trust::to_string(findings.arc.status)},
                              {"dmarc", trust::dmarc_result_name(findings.dmarc.result)},
                              {"author", findings.dmarc.author_domain},
                              {"action", actions.at(static_cast<std::size_t>(disposition.action))},
                              {"reason", disposition.reason}});
}

bool is_for_reports(const Transaction& transaction) {
  return std::ranges::any_of(transaction.recipients, [](const Recipient& recipient) {
    const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
    return resolved != nullptr && resolved->takes_reports;
  });
}

std::uint32_t notify_bits(const RcptParameters& parameters) {
  if (!parameters.notify) return queue::kNotifyDefault;
  const auto& asked = *parameters.notify;
  const std::uint32_t bits = (asked.success ? queue::kNotifySuccess : 0U) |
                             (asked.failure ? queue::kNotifyFailure : 0U) |
                             (asked.delay ? queue::kNotifyDelay : 0U);
  return bits != 0 ? bits : static_cast<std::uint32_t>(queue::kNotifyNever);
}

queue::Envelope envelope_of(const Transaction& transaction) {
  const auto& mail = transaction.mail;
  queue::Envelope envelope;
  envelope.sender = mail.reverse_path.null() ? "" : mail.reverse_path.text();
  envelope.envelope_id = mail.parameters.envid;
  envelope.return_full = mail.parameters.ret == DsnReturn::full;
  envelope.eight_bit = mail.parameters.body != BodyType::seven_bit;
  envelope.binary = mail.parameters.body == BodyType::binary;
  envelope.utf8 = mail.parameters.smtputf8;
  envelope.require_tls = mail.parameters.require_tls;
  if (transaction.peer.login) envelope.account = transaction.peer.login->account;
  return envelope;
}

std::vector<queue::Addressee> addressees_of(const Transaction& transaction) {
  std::vector<queue::Addressee> all;
  for (const auto& recipient : transaction.recipients) {
    const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
    queue::Addressee addressee;
    addressee.recipient.address = recipient.path.text();
    if (!recipient.parameters.orcpt_type.empty()) {
      addressee.recipient.original =
          recipient.parameters.orcpt_type + ";" + recipient.parameters.orcpt;
    }
    addressee.recipient.notify = notify_bits(recipient.parameters);
    if (resolved != nullptr) addressee.destination = resolved->destination;
    all.push_back(std::move(addressee));
  }
  return all;
}

}  // namespace

IncomingMail::IncomingMail(Transaction& transaction, std::string trace, const House& house)
    : transaction_(transaction),
      house_(house),
      trace_(std::move(trace)),
      intake_(house.mailstore.engine()) {}

std::optional<Reply> IncomingMail::append(std::string_view bytes) {
  if (body_begun_) return take_body(bytes);
  const auto searched = held_.size();
  held_ += bytes;
  const auto end = header_end(held_, searched);
  // A header without end is taken for as much of it as we look at.
  if (!end && held_.size() < kMaxSubmissionHeader) return std::nullopt;
  return begin_body(end.value_or(held_.size()));
}

// The header is complete; what was held behind it is the body's beginning.
std::optional<Reply> IncomingMail::begin_body(std::size_t header_size) {
  body_begun_ = true;
  const auto held = std::exchange(held_, {});
  std::string block = held.substr(0, header_size);
  const message::Header original(block);
  if (transaction_.peer.role == Role::mx) {
    prepare_examination(original);
    block = trust::without_forged_results(block, house_.hostname);
    block = message::without_field(block, filter::kSpamField);
    block = message::without_field(block, kQuarantineField);
  }
  header_ = message::Header(trace_ + block);
  if (transaction_.peer.role == Role::submission) prepare_signature(original);
  if (is_for_reports(transaction_)) report_ = block + "\r\n";
  tls_required_no_ = iequals(original.get("TLS-Required"), "No");
  if (auto failed = intake_.append(trace_ + block); !failed) return reply_for(failed.error());
  const auto rest = std::string_view(held).substr(header_size);
  // The empty line belongs to neither.
  const std::string_view line = rest.starts_with("\r\n") ? "\r\n" : "";
  if (auto failed = intake_.append(line); !failed) return reply_for(failed.error());
  text_begin_ = intake_.size();
  return take_body(rest.substr(line.size()));
}

std::optional<Reply> IncomingMail::take_body(std::string_view bytes) {
  if (examination_) examination_->body(bytes);
  if (sealed_body_) sealed_body_->update(bytes);
  if (signer_) signer_->body(bytes);
  if (report_ && report_->size() + bytes.size() <= trust::kMaxReportMail) *report_ += bytes;
  const auto taken = intake_.append(bytes);
  if (taken) return std::nullopt;
  return reply_for(taken.error());
}

void IncomingMail::prepare_examination(const message::Header& header) {
  examination_.emplace(header);
  for (const auto& recipient : transaction_.recipients) {
    const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
    if (resolved == nullptr || resolved->destination.remote.empty()) continue;
    forwarded_by_ = resolved->address.substr(resolved->address.rfind('@') + 1);
  }
  if (forwarded_by_.empty()) return;
  const auto signer = house_.keys.signer(forwarded_by_);
  if (!signer) return;
  sealed_body_.emplace();
  sealer_.emplace(signer->keys.front(), signer->domain, *sealed_body_);
}

void IncomingMail::prepare_signature(const message::Header& header) {
  const auto authors = trust::author_domains(header);
  if (authors.size() != 1) return;
  const auto signer = house_.keys.signer(authors.front());
  if (!signer) return;
  signer_.emplace(signer->keys, signer->domain);
  signer_->header(header_);
}

std::vector<Reply> IncomingMail::for_all(const Reply& reply) const {
  const bool each = transaction_.peer.role == Role::lmtp;
  return std::vector<Reply>(each ? transaction_.recipients.size() : 1, reply);
}

// A recipient whom the message was delivered to before: it goes in a circle.
std::optional<std::string> IncomingMail::loops_at(const mailstore::Message& message) const {
  for (const auto& recipient : transaction_.recipients) {
    const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
    if (resolved == nullptr || resolved->address.empty()) continue;
    if (std::ranges::find(message.delivered_to, resolved->address) != message.delivered_to.end()) {
      return resolved->address;
    }
  }
  return std::nullopt;
}

awaitable<std::vector<Reply>> IncomingMail::commit() {
  if (house_.mailstore.engine().disk_low())
    co_return for_all({452, {4, 3, 1}, "the server's disk is almost full"});
  if (!body_begun_) {
    if (auto failed = begin_body(held_.size())) co_return for_all(*failed);
  }
  auto envelope = envelope_of(transaction_);
  envelope.tls_required_no = tls_required_no_;
  auto message = co_await intake_.finish(house_.mailstore.pool());
  if (!message) co_return for_all(reply_for(message.error()));
  if (const auto address = loops_at(**message)) {
    co_return for_all(
        {554, {5, 4, 6}, "the message was delivered to " + *address + " before: a loop"});
  }
  auto addressees = addressees_of(transaction_);
  if (examination_) {
    const std::optional<Reply> refusal = co_await judge(*message, envelope, addressees);
    if (refusal) {
      co_await forget(*message);
      co_return for_all(*refusal);
    }
  }
  const std::optional<Reply> unwanted = co_await ask_milters(*message, envelope, addressees);
  if (unwanted) co_return for_all(*unwanted);
  if (!forwarded_by_.empty()) seal(envelope);
  if (signer_) co_await sign(envelope);
  if (report_) {
    const Result<> taken = co_await take_report();
    if (!taken) co_return for_all(reply_for(taken.error()));
  }
  const auto results =
      co_await house_.dispatch.deliver(*message, std::move(envelope), std::move(addressees));
  note_sent((*message)->parsed.envelope);
  co_return replies(results);
}

// All checks of mail from the world, and what follows from them. A reply: it is refused.
awaitable<std::optional<Reply>> IncomingMail::judge(
    std::shared_ptr<const mailstore::Message> message, queue::Envelope& envelope,
    std::vector<queue::Addressee>& addressees) {
  examination_->finish();
  if (sealed_body_) sealed_body_->finish();
  const trust::Claim claim{transaction_.peer.endpoint.address, transaction_.peer.hello.name,
                           envelope.sender};
  const auto findings = co_await examination_->run(house_.resolver, claim, house_.clock.now(),
                                                   static_cast<unsigned>(random_u64() % 100));
  const auto disposition = trust::decide(findings, house_.sealers);
  const auto& to = transaction_.recipients.front().path;
  house_.dmarc_tally.add(findings, claim, disposition, to.domain);
  auto results = findings.results(house_.hostname, claim);
  if (!disposition.reason.empty()) {
    for (auto& result : results.results) {
      if (result.method == "dmarc") result.reason = disposition.reason;
    }
  }
  log_findings(transaction_, findings, disposition);
  if (disposition.action == trust::Disposition::Action::refuse) {
    co_return Reply(550, {5, 7, 1}, disposition.reason);
  }
  envelope.junk = disposition.action == trust::Disposition::Action::junk;
  envelope.prefix = trust::authentication_results_field(results);
  chain_ = findings.arc;
  results_ = trust::authentication_results_body(results);
  if (house_.screen != nullptr) {
    co_return co_await screen(house_, transaction_, std::move(message), {results, disposition},
                              addressees);
  }
  co_return std::nullopt;
}

void IncomingMail::note_sent(const message::Envelope& sent) {
  if (transaction_.peer.login && house_.screen != nullptr) {
    house_.screen->note_sent(transaction_.peer.login->account, sent);
  }
}

// Mail that an alias leads on to elsewhere vouches for what was found here (RFC 8617).
void IncomingMail::seal(queue::Envelope& envelope) {
  envelope.forwarded_by = forwarded_by_;
  if (!sealer_) return;
  const message::Header sent(envelope.prefix + header_.raw());
  envelope.forward_prefix = sealer_->seal(sent, chain_, results_, house_.clock.now());
}

// Others' reports are read when they come; what is none is let go.
awaitable<Result<>> IncomingMail::take_report() {
  auto& engine = house_.mailstore.engine();
  store::Transaction tx(engine.latest());
  const trust::ReportTaker taker{
      house_.return_paths,
      [this](std::string_view domain) { return house_.directory.is_local(to_lower(domain)); },
      house_.clock.now()};
  const auto taken =
      co_await house_.mailstore.pool().run([&] { return trust::take_report(tx, *report_, taker); });
  log::info("smtp.report", {{"session", transaction_.peer.session},
                            {"message", transaction_.id},
                            {"kind", trust::to_string(taken.kind)}});
  if (taken.complaint) note_complaint(*taken.complaint);
  if (!tx.changed()) co_return Result<>();
  co_return co_await engine.commit(tx.take());
}

// One that our tag proves counts against its account, for the brake.
void IncomingMail::note_complaint(const trust::Complaint& complaint) {
  log::warning("trust.complaint", {{"type", complaint.type},
                                   {"sender", complaint.sender},
                                   {"about", queue::text(complaint.message)},
                                   {"message_id", complaint.message_id},
                                   {"reporter", complaint.reporter}});
  if (!complaint.message) return;
  const auto address = directory::Address::parse(complaint.sender);
  if (!address) return;
  for (const auto& local : house_.directory.resolve(*address).destination.local) {
    house_.guards.sending.note_outcomes(local.account, 0, 1);
  }
}

// In the pool: an RSA signature takes a millisecond.
awaitable<void> IncomingMail::sign(queue::Envelope& envelope) {
  const std::string fields =
      co_await house_.mailstore.pool().run([this] { return signer_->finish(house_.clock.now()); });
  envelope.prefix.insert(0, fields);
}

std::vector<Reply> IncomingMail::replies(const std::vector<Result<>>& results) const {
  const Reply kept(250, {2, 0, 0}, "kept as " + transaction_.id);
  std::vector<Reply> each;
  for (const auto& result : results) each.push_back(result ? kept : reply_for(result.error()));
  if (transaction_.peer.role == Role::lmtp) return each;
  // SMTP has one reply for all. Where one recipient could not be served the client has to try
  // again; who has the message already gets it twice, which beats never (RFC 5321, 6.1).
  const auto failed =
      std::ranges::find_if(each, [](const Reply& reply) { return !reply.positive(); });
  return {failed == each.end() ? kept : *failed};
}

}  // namespace freehold::smtp
