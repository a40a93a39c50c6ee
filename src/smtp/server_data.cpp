#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "smtp/server_metrics.hpp"
#include "smtp/server_session.hpp"
#include "smtp/trace.hpp"

namespace freehold::smtp {

namespace {

constexpr std::size_t kReadSize = 64 * 1024;

Reply flaw_reply(TextFlaw flaw) {
  return {550,
          {5, 6, 0},
          flaw == TextFlaw::nul ? "NUL in the message"
                                : "CR or LF alone in the message: lines end by CRLF"};
}

}  // namespace

std::uint64_t ServerSession::hang_up_size() const {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / kHangUpFactor;
  return std::min(settings_.max_message_size, most) * kHangUpFactor;
}

// Begins the message in the backend, with its trace field. A reply: it was refused.
awaitable<std::optional<Reply>> ServerSession::open_message() {
  if (backend_.disk_low()) co_return Reply(452, {4, 3, 1}, "no room now, try later");
  auto incoming = co_await backend_.begin(
      *transaction_, received_field(*transaction_, settings_.hostname, settings_.clock->now()));
  if (!incoming) co_return std::move(incoming.error());
  const bool hold = settings_.role == Role::submission;
  receiver_.emplace(std::move(*incoming), Receiver::Limits{settings_.max_message_size, hold});
  message_deadline_ = net::after(settings_.message_wait);
  co_return std::nullopt;
}

awaitable<void> ServerSession::obey(Data&) {
  const std::optional<Reply> refusal = co_await open_message();
  if (refusal) {
    log_refusal("data", transaction_->mail.reverse_path.text(), *refusal);
    say(*refusal);
    co_return;
  }
  say(354, {}, "go ahead, end with a dot alone");
  co_await flush();
  DataReader reader;
  const bool complete = co_await read_text(reader);
  if (complete) co_await finish_message(reader.flaw());
}

// False: the session is over.
awaitable<bool> ServerSession::read_text(DataReader& reader) {
  while (!over_ && !reader.ended()) {
    const IoResult<std::string_view> chunk = co_await read_chunk(kReadSize);
    if (!chunk) co_return false;
    const std::size_t used = reader.feed(*chunk, *receiver_);
    reader_.put_back(chunk->size() - used);
    if (receiver_->size() > hang_up_size()) {
      const Reply& reply = receiver_->refusal().value();
      log_refusal("text", transaction_->mail.reverse_path.text(), reply);
      hang_up(reply);
    }
    if (receiver_->header_waiting()) co_await check_author();
  }
  co_return !over_;
}

awaitable<IoResult<std::string_view>> ServerSession::read_chunk(std::uint64_t most) {
  const net::Deadline deadline = std::min(net::after(settings_.data_wait), message_deadline_);
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(most, kReadSize));
  const IoResult<std::string_view> chunk = co_await reader_.read_chunk(size, deadline);
  if (!chunk) lost(chunk.error());
  co_return chunk;
}

awaitable<void> ServerSession::check_author() {
  const std::string id = "<" + hex(random_bytes(16)) + "@" + settings_.hostname + ">";
  const SubmissionHeader header =
      complete_header(receiver_->header(), header_date(settings_.clock->now()), id);
  if (header.from.size() != 1) {
    receiver_->refuse({550, {5, 6, 0}, "the message needs exactly one From field"});
    co_return;
  }
  const Reply verdict = co_await backend_.author(*transaction_, header.from.front());
  if (verdict.positive()) {
    receiver_->pass_header(header.text);
  } else {
    receiver_->refuse(verdict);
  }
}

awaitable<void> ServerSession::finish_message(TextFlaw flaw) {
  receiver_->finish();
  if (receiver_->header_waiting()) co_await check_author();
  if (flaw != TextFlaw::none) receiver_->refuse(flaw_reply(flaw));
  std::vector<Reply> replies;
  if (receiver_->refusal()) {
    replies.push_back(*receiver_->refusal());
  } else {
    replies = co_await receiver_->incoming()->commit();
  }
  say_outcome(replies);
  end_transaction();
}

// LMTP has a reply for each recipient (RFC 2033, 4.2); one reply given for all is repeated.
void ServerSession::say_outcome(const std::vector<Reply>& replies) {
  const std::size_t count = settings_.role == Role::lmtp ? transaction_->recipients.size() : 1;
  bool accepted = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Reply& reply = i < replies.size()    ? replies[i]
                         : replies.size() == 1 ? replies[0]
                                               : Reply(451, {4, 3, 0}, "no outcome");
    say(reply);
    accepted = accepted || reply.positive();
    log::info(reply.positive() ? "smtp.accepted" : "smtp.refused",
              {{"session", session_.id()},
               {"message", transaction_->id},
               {"from", transaction_->mail.reverse_path.text()},
               {"to", transaction_->recipients[i].path.text()},
               {"recipients", transaction_->recipients.size()},
               {"size", receiver_->size()},
               {"reply", reply.full_text()}});
  }
  if (accepted) backend_.good_deed(peer_);
  messages_counter(settings_.role, accepted).add();
}

}  // namespace freehold::smtp
