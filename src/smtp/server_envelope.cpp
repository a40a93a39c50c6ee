#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "smtp/server_session.hpp"

namespace freehold::smtp {

std::optional<Reply> ServerSession::refuse_mail(const Mail& mail) const {
  if (mail.parameters.size.value_or(0) > settings_.max_message_size) {
    return Reply(552, {5, 3, 4},
                 "message larger than " + std::to_string(settings_.max_message_size) + " bytes");
  }
  if (backend_.disk_low()) return Reply(452, {4, 3, 1}, "no room now, try later");
  return std::nullopt;
}

awaitable<void> ServerSession::obey(Mail& mail) {
  std::optional<Reply> refusal = refuse_mail(mail);
  Reply reply;
  if (refusal) {
    reply = std::move(*refusal);
  } else {
    reply = co_await backend_.sender(peer_, mail);
  }
  say(reply);
  if (!reply.positive()) {
    log_refusal("mail", mail.reverse_path.text(), reply);
    co_return;
  }
  state_.in_transaction = true;
  state_.binary = mail.parameters.body == BodyType::binary;
  transaction_.emplace(peer_, hex(random_bytes(8)), std::move(mail), std::vector<Recipient>());
}

awaitable<void> ServerSession::obey(Rcpt& rcpt) {
  if (transaction_->recipients.size() >= settings_.max_recipients) {
    say(452, {4, 5, 3}, "too many recipients, send the message again for the others");
    co_return;
  }
  RecipientVerdict verdict;
  if (!rcpt.forward_path.ascii() && !transaction_->mail.parameters.smtputf8) {
    verdict.reply = {553, {5, 6, 7}, "this address needs SMTPUTF8"};
  } else {
    verdict = co_await backend_.recipient(*transaction_, rcpt);
  }
  say(verdict.reply);
  if (!verdict.reply.positive()) {
    log_refusal("rcpt", rcpt.forward_path.text(), verdict.reply);
    if (verdict.reply.code == 550 && verdict.reply.status == Status{5, 1, 1}) {
      co_await pace_unknown_user();
      if (over_) co_return;
    }
    if (verdict.reply.permanent() && ++refused_recipients_ >= kMaxRefusedRecipients &&
        settings_.role == Role::mx && transaction_->recipients.empty()) {
      hang_up({421, {4, 7, 0}, "too many unknown recipients"});  // somebody guesses addresses
    }
    co_return;
  }
  transaction_->recipients.push_back(
      {std::move(rcpt.forward_path), std::move(rcpt.parameters), std::move(verdict.target)});
  state_.recipients = transaction_->recipients.size();
  found_somebody_ = true;
}

// Somebody may be guessing addresses. A list with a few stale ones passes: who has found anybody
// here is slowed down at most.
awaitable<void> ServerSession::pace_unknown_user() {
  if (settings_.role != Role::mx || backend_.trusts(peer_)) co_return;
  backend_.misdeed(peer_, Misdeed::unknown_user);
  if (++unknown_users_ >= settings_.max_unknown_users && !found_somebody_) {
    backend_.misdeed(peer_, Misdeed::harvest);
    hang_up({421, {4, 7, 0}, "too many unknown recipients"});
    co_return;
  }
  if (unknown_users_ <= kUnknownUsersAtOnce) co_return;
  const auto delay = settings_.unknown_user_delay * (unknown_users_ - kUnknownUsersAtOnce);
  co_await net::sleep(session_, std::min(delay, kMaxUnknownUserDelay));
  session_.on_drain([&stream = stream_] { stream.interrupt(); });
}

awaitable<void> ServerSession::obey(Rset&) {
  end_transaction();
  say(250, {2, 0, 0}, "forgotten");
  co_return;
}

void ServerSession::end_transaction() {
  receiver_.reset();
  transaction_.reset();
  chunk_check_ = {};
  unwanted_ = 0;
  state_.in_transaction = false;
  state_.binary = false;
  state_.recipients = 0;
  state_.chunks = SessionState::Chunks::none;
}

}  // namespace freehold::smtp
