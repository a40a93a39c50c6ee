#include "smtp/milter_checks.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/version.hpp"
#include "message/header_writer.hpp"
#include "trust/iprev.hpp"

namespace freehold::smtp {

namespace {

namespace milter = filter::milter;

bool is_for(const milter::Settings& filter, Role role) {
  return (role == Role::mx && filter.on_mx) || (role == Role::submission && filter.on_submission);
}

Reply reply_of(const milter::Refusal& refusal) {
  Reply reply;
  reply.code = refusal.code;
  reply.status = {refusal.status[0], refusal.status[1], refusal.status[2]};
  reply.lines = refusal.lines;
  return reply;
}

// The path, then what of the ESMTP parameters a filter may care for.
std::vector<std::string> arguments_of(const Mail& mail) {
  std::vector<std::string> arguments{"<" + mail.reverse_path.text() + ">"};
  const auto& said = mail.parameters;
  if (said.size) arguments.push_back("SIZE=" + std::to_string(*said.size));
  if (said.body == BodyType::eight_bit) arguments.emplace_back("BODY=8BITMIME");
  if (said.body == BodyType::binary) arguments.emplace_back("BODY=BINARYMIME");
  if (said.smtputf8) arguments.emplace_back("SMTPUTF8");
  return arguments;
}

Reply let_go(const Transaction& transaction) {
  return {250, {2, 0, 0}, "kept as " + transaction.id};
}

}  // namespace

std::shared_ptr<MilterChecks> MilterChecks::make(std::span<const milter::Settings> filters,
                                                 const Peer& peer, net::Resolver& resolver,
                                                 const std::string& hostname) {
  std::shared_ptr<MilterChecks> checks;
  for (const auto& filter : filters) {
    if (!is_for(filter, peer.role)) continue;
    if (!checks) checks = std::make_shared<MilterChecks>(resolver, hostname);
    checks->filters_.push_back({filter.name, milter::Session(filter, peer.session)});
  }
  return checks;
}

// The name that the client's address leads to and back from. Not asked for our own users: where
// they sit does not matter.
awaitable<void> MilterChecks::learn_client(const Peer& peer) {
  if (!client_name_.empty()) co_return;
  client_name_ = "unknown";
  if (peer.role != Role::mx || peer.endpoint.address.is_loopback()) co_return;
  const auto found = co_await trust::check_iprev(resolver_, peer.endpoint.address);
  if (found.result == trust::IprevResult::pass) client_name_ = found.name;
}

// The names are Sendmail's.
void MilterChecks::know_client(const Peer& peer) {
  const auto address = peer.endpoint.address.text();
  macros_ = {{"j", hostname_},
             {"v", "Freehold " + std::string(kVersion)},
             {"_", client_name_ + " [" + address + "]"},
             {"daemon_name", peer.role == Role::submission ? "MSA" : "MTA"},
             {"client_addr", address},
             {"client_name", client_name_},
             {"client_ptr", client_name_},
             {"client_port", std::to_string(peer.endpoint.port)}};
  if (peer.tls != nullptr) {
    macros_["tls_version"] = peer.tls->version;
    macros_["cipher"] = peer.tls->cipher;
    macros_["cipher_bits"] = std::to_string(peer.tls->bits);
  }
  if (peer.login) {
    macros_["auth_type"] = peer.login->mechanism;
    macros_["auth_authen"] = peer.login->name;
  }
}

awaitable<std::optional<Reply>> MilterChecks::mail(const Peer& peer, const Mail& mail) {
  discarded_ = false;
  co_await learn_client(peer);
  know_client(peer);
  macros_["mail_addr"] = mail.reverse_path.text();
  macros_["mail_host"] = mail.reverse_path.domain;
  const milter::Client client{client_name_, peer.endpoint, peer.hello.name, peer.tls != nullptr};
  for (auto& filter : filters_) {
    const auto verdict = co_await filter.session.mail(client, arguments_of(mail), macros_);
    if (auto refusal = heed(verdict)) co_return refusal;
    if (discarded_) break;
  }
  co_return std::nullopt;
}

awaitable<std::optional<Reply>> MilterChecks::rcpt(const Transaction& transaction,
                                                   const Rcpt& rcpt) {
  if (discarded_) co_return std::nullopt;
  macros_["i"] = transaction.id;
  macros_["rcpt_addr"] = rcpt.forward_path.text();
  macros_["rcpt_host"] = rcpt.forward_path.domain;
  for (auto& filter : filters_) {
    const std::vector<std::string> arguments{"<" + rcpt.forward_path.text() + ">"};
    const auto verdict = co_await filter.session.rcpt(arguments, macros_);
    if (auto refusal = heed(verdict)) co_return refusal;
    if (discarded_) break;
  }
  co_return std::nullopt;
}

awaitable<std::optional<Reply>> MilterChecks::data(const Transaction& transaction) {
  if (discarded_) co_return std::nullopt;
  macros_["i"] = transaction.id;
  for (auto& filter : filters_) {
    const auto verdict = co_await filter.session.data(macros_);
    if (auto refusal = heed(verdict)) co_return refusal;
    if (discarded_) break;
  }
  co_return std::nullopt;
}

std::optional<Reply> MilterChecks::heed(const milter::Verdict& verdict) {
  discarded_ = discarded_ || verdict.kind == milter::Verdict::Kind::discard;
  if (verdict.kind == milter::Verdict::Kind::refuse) return reply_of(verdict.refusal);
  return std::nullopt;
}

awaitable<Filtered> MilterChecks::message(const Transaction& transaction, std::string header,
                                          milter::Body& body) {
  Filtered outcome;
  milter::HeaderEdits edits(std::move(header));
  for (auto& filter : filters_) {
    if (discarded_) break;
    body.rewind();
    const auto said = co_await filter.session.message(edits, body, macros_);
    outcome.reply = heed(said.verdict);
    if (outcome.reply) co_return outcome;
    outcome.removed.insert(outcome.removed.end(), said.removed.begin(), said.removed.end());
    if (said.quarantine.empty()) continue;
    if (transaction.peer.role == Role::submission) {
      outcome.reply = Reply(550, {5, 7, 1}, filter.name + " holds it back: " + said.quarantine);
      co_return outcome;
    }
    message::HeaderWriter field;
    field.raw(kQuarantineField, filter.name + "; " + said.quarantine);
    outcome.quarantine += field.str();
  }
  if (discarded_) outcome.reply = let_go(transaction);
  outcome.added = edits.added();
  if (edits.header_changed()) outcome.header = edits.header();
  co_return outcome;
}

awaitable<void> MilterChecks::leave() {
  for (auto& filter : filters_) co_await filter.session.leave();
}

}  // namespace freehold::smtp
