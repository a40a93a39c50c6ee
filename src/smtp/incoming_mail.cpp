#include "smtp/incoming_mail.hpp"

#include <algorithm>

#include "base/log.hpp"

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

IncomingMail::IncomingMail(Transaction& transaction, mailstore::Mailstore& mailstore,
                           queue::Dispatch& dispatch)
    : transaction_(transaction),
      mailstore_(mailstore),
      dispatch_(dispatch),
      intake_(mailstore.engine()) {}

std::optional<Reply> IncomingMail::append(std::string_view bytes) {
  const auto taken = intake_.append(bytes);
  if (taken) return std::nullopt;
  return reply_for(taken.error());
}

std::vector<Reply> IncomingMail::for_all(const Reply& reply) const {
  const bool each = transaction_.peer.role == Role::lmtp;
  return std::vector<Reply>(each ? transaction_.recipients.size() : 1, reply);
}

awaitable<std::vector<Reply>> IncomingMail::commit() {
  if (mailstore_.engine().disk_low())
    co_return for_all({452, {4, 3, 1}, "the server's disk is almost full"});
  const auto message = co_await intake_.finish(mailstore_.pool());
  if (!message) co_return for_all(reply_for(message.error()));
  // A message that was delivered to one of these before goes in a circle.
  for (const auto& recipient : transaction_.recipients) {
    const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
    if (resolved == nullptr || resolved->address.empty()) continue;
    if (std::ranges::find((*message)->delivered_to, resolved->address) !=
        (*message)->delivered_to.end()) {
      co_return for_all({554,
                         {5, 4, 6},
                         "the message was delivered to " + resolved->address + " before: a loop"});
    }
  }
  const auto results =
      co_await dispatch_.deliver(*message, envelope_of(transaction_), addressees_of(transaction_));
  co_return replies(results);
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
