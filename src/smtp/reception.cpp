#include "smtp/reception.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "directory/address.hpp"
#include "message/address.hpp"
#include "smtp/incoming_mail.hpp"
#include "smtp/milter_checks.hpp"
#include "trust/report_intake.hpp"

namespace freehold::smtp {

namespace {

Reply welcome_sender() { return {250, {2, 1, 0}, "sender accepted"}; }
Reply welcome_recipient() { return {250, {2, 1, 5}, "recipient accepted"}; }

guard::Offence offence_of(Misdeed what) {
  switch (what) {
    case Misdeed::early_talk:
      return guard::Offence::early_talk;
    case Misdeed::unknown_user:
      return guard::Offence::unknown_user;
    case Misdeed::harvest:
      return guard::Offence::harvest;
    case Misdeed::protocol_junk:
      break;
  }
  return guard::Offence::protocol_junk;
}

std::expected<directory::Address, Reply> address_of(const Path& path) {
  auto address = directory::Address::parse(path.local_part + "@" + path.domain);
  if (address) return std::move(*address);
  return std::unexpected(Reply(553, {5, 1, 3}, address.error().what));
}

std::uint32_t first_timers(const Transaction& transaction) {
  return static_cast<std::uint32_t>(
      std::ranges::count_if(transaction.recipients, [](const Recipient& recipient) {
        const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
        return resolved != nullptr && resolved->first_time;
      }));
}

guard::Sending::Message sending_of(const Transaction& transaction) {
  guard::Sending::Message message;
  message.account = transaction.peer.login->account;
  message.from = transaction.peer.endpoint.address;
  for (const auto& recipient : transaction.recipients) {
    const auto* resolved = dynamic_cast<const Resolved*>(recipient.target.get());
    if (resolved != nullptr && !resolved->address.empty()) {  // in this house
      ++message.local_recipients;
      continue;
    }
    const auto address = address_of(recipient.path);
    if (address) message.recipients.push_back(address->text());
  }
  return message;
}

}  // namespace

bool Reception::disk_low() const { return house_.mailstore.engine().disk_low(); }

std::chrono::milliseconds Reception::greeting_pause(const Peer& peer) const {
  const auto& address = peer.endpoint.address;
  if (house_.guards.bans.is_exempt(address) || house_.guards.clients.knows(address)) return {};
  return house_.guards.greeting_pause;
}

bool Reception::trusts(const Peer& peer) const {
  return house_.guards.bans.is_exempt(peer.endpoint.address);
}

void Reception::misdeed(const Peer& peer, Misdeed what) {
  house_.guards.bans.offend(peer.endpoint.address, offence_of(what));
}

void Reception::good_deed(const Peer& peer) {
  if (peer.role == Role::mx) house_.guards.clients.remember(peer.endpoint.address);
}

std::unique_ptr<guard::LoginDoor> Reception::door(const Peer& peer) {
  return house_.guards.logins.door({peer.endpoint.address, directory::Scope::smtp});
}

awaitable<Reply> Reception::known_sender(const Peer& peer, const Mail& mail) {
  const auto& path = mail.reverse_path;
  if (path.null()) co_return welcome_sender();
  const auto address = address_of(path);
  if (peer.role != Role::submission) {
    // A reverse path that no address can be made of cannot be answered; RFC 5321, 3.3 allows 553.
    if (!address && !is_address_literal(path.domain)) co_return address.error();
    co_return welcome_sender();
  }
  if (!address) co_return address.error();
  // guard: a paused account may read its mail, and nothing else.
  if (peer.login) {
    const auto paused = co_await house_.guards.brake.check(peer.login->account);
    if (paused) co_return Reply(451, {4, 7, 0}, *paused);
  }
  if (peer.login && house_.directory.may_send_as(peer.login->account, *address))
    co_return welcome_sender();
  co_return Reply(553, {5, 7, 1}, "you may not send as " + address->text());
}

directory::Address Reception::postmaster() const {
  const auto domains = house_.directory.domains();
  return {"postmaster", domains.empty() ? house_.hostname : domains.front().name};
}

awaitable<RecipientVerdict> Reception::known_recipient(const Transaction& transaction,
                                                       const Rcpt& rcpt) {
  const auto& path = rcpt.forward_path;
  // RFC 5321, 4.5.1: <Postmaster> without a domain is answered by every server.
  if (path.domain.empty()) co_return local_recipient(transaction, postmaster());
  if (is_address_literal(path.domain)) {
    co_return RecipientVerdict{Reply(550, {5, 1, 2}, "address literals are not served here"),
                               nullptr};
  }
  const auto address = address_of(path);
  if (!address) co_return RecipientVerdict{address.error(), nullptr};
  if (house_.directory.is_local(address->domain)) {
    if (auto verdict = returned(transaction, *address)) co_return std::move(*verdict);
    co_return local_recipient(transaction, *address);
  }
  if (transaction.peer.role == Role::submission && transaction.peer.login) {
    auto target = std::make_unique<Resolved>();
    target->destination.remote.push_back(path.text());
    // guard: sending limits.
    target->first_time =
        house_.guards.sending.is_new(transaction.peer.login->account, address->text());
    if (target->first_time) {
      const auto over = house_.guards.sending.refuse_recipient(transaction.peer.login->account,
                                                               first_timers(transaction) + 1);
      if (over) co_return RecipientVerdict{Reply(452, {4, 7, 28}, *over), nullptr};
    }
    co_return RecipientVerdict{welcome_recipient(), std::move(target)};
  }
  co_return RecipientVerdict{
      Reply(550, {5, 7, 1}, "mail for " + address->domain + " is not relayed here"), nullptr};
}

std::optional<RecipientVerdict> Reception::returned(const Transaction& transaction,
                                                    const directory::Address& address) const {
  using Kind = trust::ReturnPaths::Returned::Kind;
  const auto found = house_.return_paths.read(address.text());
  switch (found.kind) {
    case Kind::ordinary:
      return std::nullopt;
    case Kind::refused:
      return RecipientVerdict{Reply(550, {5, 7, 1}, std::string(found.reason)), nullptr};
    case Kind::bounce: {
      const auto sender = directory::Address::parse(found.address);
      if (!sender) return std::nullopt;
      log::info("smtp.bounce", {{"session", transaction.peer.session},
                                {"to", sender->text()},
                                {"about", queue::text(found.message)}});
      return local_recipient(transaction, *sender);
    }
    case Kind::passed_on: {
      auto target = std::make_unique<Resolved>();
      target->destination.remote.push_back(found.address);
      return RecipientVerdict{welcome_recipient(), std::move(target)};
    }
  }
  return std::nullopt;
}

RecipientVerdict Reception::local_recipient(const Transaction& transaction,
                                            const directory::Address& address) const {
  auto resolved = house_.directory.resolve(address);
  if (resolved.lookup == directory::Lookup::no_such_user &&
      trust::is_report_address(address.local)) {
    auto target = std::make_unique<Resolved>();
    target->takes_reports = true;
    return {welcome_recipient(), std::move(target)};
  }
  switch (resolved.lookup) {
    case directory::Lookup::no_such_user:
    case directory::Lookup::not_local:
      return {Reply(550, {5, 1, 1}, "there is no user " + address.text() + " here"), nullptr};
    case directory::Lookup::disabled:
      return {Reply(550, {5, 2, 1}, "the mailbox " + address.text() + " is disabled"), nullptr};
    case directory::Lookup::loop:
      return {Reply(550, {5, 4, 6}, "the alias " + address.text() + " leads in a circle"), nullptr};
    case directory::Lookup::found:
      break;
  }
  const auto announced = transaction.mail.parameters.size.value_or(1);
  for (const auto& local : resolved.destination.local) {
    const auto account = house_.directory.account(local.account);
    if (!account || account->quota_bytes == 0) continue;
    if (house_.mailstore.usage(local.account).bytes + announced > account->quota_bytes) {
      return {Reply(452, {4, 2, 2}, "the mailbox " + address.text() + " is full"), nullptr};
    }
  }
  auto target = std::make_unique<Resolved>();
  target->address = address.text();
  target->destination = std::move(resolved.destination);
  return {welcome_recipient(), std::move(target)};
}

awaitable<Reply> Reception::author(const Transaction& transaction, const std::string& from) {
  if (!transaction.peer.login) co_return Reply(530, {5, 7, 0}, "log in first");
  for (const auto& author : message::parse_addresses(from)) {
    if (author.kind != message::Address::Kind::mailbox) continue;
    const auto mailbox = author.local + "@" + author.domain;
    const auto address = directory::Address::parse(mailbox);
    if (!address || !house_.directory.may_send_as(transaction.peer.login->account, *address)) {
      co_return Reply(550, {5, 7, 1}, "you may not send with " + mailbox + " in the From field");
    }
  }
  co_return welcome_sender();
}

awaitable<std::expected<std::unique_ptr<Incoming>, Reply>> Reception::begin(
    Transaction& transaction, std::string trace) {
  // guard: the message is counted here, before its first byte; what was refused later stays
  // counted.
  if (transaction.peer.role == Role::submission && transaction.peer.login) {
    auto refusal = house_.guards.sending.admit(sending_of(transaction));
    if (refusal) co_return std::unexpected(Reply(452, {4, 7, 28}, *refusal));
    refusal = co_await house_.guards.brake.check(transaction.peer.login->account);
    if (refusal) co_return std::unexpected(Reply(451, {4, 7, 0}, *refusal));
  }
  if (auto* milters = milters_of(transaction.peer)) {
    auto refusal = co_await milters->data(transaction);
    if (refusal) co_return std::unexpected(std::move(*refusal));
  }
  co_return std::make_unique<IncomingMail>(transaction, std::move(trace), house_);
}

}  // namespace freehold::smtp
