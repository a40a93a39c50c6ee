#include "smtp/server_session.hpp"

namespace freehold::smtp {

using Chunks = SessionState::Chunks;

awaitable<void> ServerSession::obey(Bdat& bdat) {
  if (state_.chunks == Chunks::none) {
    const std::optional<Reply> refusal = co_await open_message();
    if (refusal) {
      log_refusal("bdat", transaction_->mail.reverse_path.text(), *refusal);
      co_await spoil_chunk(bdat, *refusal);
      co_return;
    }
    state_.chunks = Chunks::begun;
  }
  co_await take_chunk(bdat);
}

awaitable<void> ServerSession::take_chunk(Bdat& bdat) {
  // Not to be read at all: nobody who heeds SIZE comes here.
  if (bdat.size > hang_up_size() || receiver_->size() > hang_up_size() - bdat.size) {
    hang_up({552, {5, 3, 4}, "chunk much too large"});
    co_return;
  }
  const bool complete = co_await pass_chunk(bdat.size);
  if (!complete) co_return;
  if (bdat.last) {
    chunk_check_.finish();
    co_await finish_message(state_.binary ? TextFlaw::none : chunk_check_.flaw());
  } else if (receiver_->refusal()) {
    say(*receiver_->refusal());
    state_.chunks = Chunks::spoiled;
  } else {
    say(250, {2, 0, 0}, std::to_string(bdat.size) + " bytes");
  }
}

// False: the session is over.
awaitable<bool> ServerSession::pass_chunk(std::uint64_t size) {
  while (size != 0) {
    const IoResult<std::string_view> chunk = co_await read_chunk(size);
    if (!chunk) co_return false;
    size -= chunk->size();
    if (!state_.binary) chunk_check_.feed(*chunk);
    receiver_->text(*chunk);
    if (receiver_->header_waiting()) co_await check_author();
  }
  co_return true;
}

// Reads a chunk that nobody wants, so that what follows it is understood, and refuses it.
awaitable<void> ServerSession::spoil_chunk(const Bdat& bdat, const Reply& reply) {
  if (bdat.size > hang_up_size() || unwanted_ > hang_up_size() - bdat.size) {
    hang_up({552, {5, 3, 4}, "chunk much too large"});
    co_return;
  }
  unwanted_ += bdat.size;
  message_deadline_ = net::after(settings_.message_wait);
  for (std::uint64_t left = bdat.size; left != 0;) {
    const IoResult<std::string_view> chunk = co_await read_chunk(left);
    if (!chunk) co_return;
    left -= chunk->size();
  }
  if (bdat.last) {
    end_transaction();
  } else if (state_.in_transaction) {
    state_.chunks = Chunks::spoiled;
  }
  refuse_command(reply);
}

}  // namespace freehold::smtp
