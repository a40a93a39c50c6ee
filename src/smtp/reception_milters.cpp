#include "smtp/milter_checks.hpp"
#include "smtp/reception.hpp"

// Filters are asked when the house itself has nothing against it: what it refuses costs them no
// work, and they do not learn of our users by guessing.
namespace freehold::smtp {

std::shared_ptr<Visit> Reception::visit(const Peer& peer) {
  return MilterChecks::make(house_.milters, peer, house_.resolver, house_.hostname);
}

awaitable<Reply> Reception::sender(const Peer& peer, const Mail& mail) {
  Reply reply = co_await known_sender(peer, mail);
  auto* milters = milters_of(peer);
  if (!reply.positive() || milters == nullptr) co_return reply;
  const auto refusal = co_await milters->mail(peer, mail);
  co_return refusal.value_or(reply);
}

awaitable<RecipientVerdict> Reception::recipient(const Transaction& transaction, const Rcpt& rcpt) {
  RecipientVerdict verdict = co_await known_recipient(transaction, rcpt);
  auto* milters = milters_of(transaction.peer);
  if (!verdict.reply.positive() || milters == nullptr) co_return std::move(verdict);
  const auto refusal = co_await milters->rcpt(transaction, rcpt);
  if (refusal) co_return RecipientVerdict{*refusal, nullptr};
  co_return std::move(verdict);
}

}  // namespace freehold::smtp
