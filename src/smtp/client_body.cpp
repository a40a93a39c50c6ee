#include <algorithm>

#include "net/dot_stuffer.hpp"
#include "smtp/client.hpp"

namespace freehold::smtp {

namespace {

using Kind = ClientOutcome::Kind;

constexpr std::size_t kWriteSize = 64 * 1024;
constexpr std::chrono::seconds kLastWords{2};

// Of those whom the server has taken so far.
void set_taken(std::vector<RecipientOutcome>& out, const ClientOutcome& outcome) {
  for (RecipientOutcome& r : out) {
    if (r.outcome.ok()) r.outcome = outcome;
  }
}

ClientOutcome source_failed(const error_code& error) {
  return {Kind::lost, {451, {4, 3, 0}, "the message could not be read: " + error.message()}};
}

}  // namespace

awaitable<ClientOutcome> Client::ask_data() {
  const IoResult<> asked = co_await write("DATA\r\n");
  if (!asked) co_return lose(asked.error(), "sending DATA");
  co_return co_await read_reply(settings_.data_wait);
}

awaitable<void> Client::send_data(Body& body, DataAnswer answer, Outcomes& out) {
  if (!answer) answer = co_await ask_data();
  ClientOutcome outcome = std::move(*answer);
  if (outcome.ok() && outcome.reply.code != 354) {
    usable_ = false;
    outcome = {Kind::lost, {451, {4, 5, 0}, "an odd reply to DATA: " + outcome.reply.full_text()}};
  }
  if (outcome.ok()) outcome = co_await write_text(body);
  if (outcome.ok()) {
    co_await read_end(out);
    co_return;
  }
  set_taken(out, outcome);
  if (usable_) co_await reset();
}

// The text with its end mark. When it breaks off there is no dot, so the server keeps nothing.
awaitable<ClientOutcome> Client::write_text(Body& body) {
  net::DotStuffer stuffer;
  std::string block;
  bool ended = false;
  while (!ended) {
    const IoResult<std::string_view> part = co_await body.next();
    if (!part) {
      usable_ = false;
      co_return source_failed(part.error());
    }
    ended = part->empty();
    if (ended) {
      stuffer.finish(block);
    } else {
      stuffer.add(*part, block);
    }
    if (ended || block.size() >= kWriteSize) {
      const IoResult<> written = co_await write(block);
      // The last write may have come through whole although it failed.
      if (!written) co_return co_await explain_loss(written.error(), ended);
      block.clear();
    }
  }
  co_return ClientOutcome{};
}

// A server that hangs up amid the message has often said why before it did.
awaitable<ClientOutcome> Client::explain_loss(error_code error, bool ended) {
  ClientOutcome outcome = co_await read_reply(kLastWords);
  const bool said = outcome.kind == Kind::answered;
  usable_ = false;
  if (said) co_return outcome;
  outcome = lose(error, "sending the message");
  if (ended) outcome.kind = Kind::lost_after_end;
  co_return outcome;
}

// The replies to the whole message: one, or with LMTP one for each recipient that was taken.
awaitable<void> Client::read_end(Outcomes& out) {
  std::optional<ClientOutcome> all;
  for (RecipientOutcome& r : out) {
    if (!r.outcome.ok()) continue;
    if (!all) {
      ClientOutcome outcome = co_await read_reply(settings_.end_wait);
      if (outcome.kind == Kind::lost) outcome.kind = Kind::lost_after_end;
      if (settings_.lmtp && outcome.kind != Kind::lost_after_end) {
        r.outcome = std::move(outcome);
        continue;
      }
      all = std::move(outcome);
    }
    r.outcome = *all;
  }
}

awaitable<void> Client::send_chunks(Body& body, Outcomes& out) {
  std::string chunk;
  ClientOutcome outcome;
  bool ended = false;
  while (!ended && outcome.ok()) {
    const IoResult<std::string_view> part = co_await body.next();
    if (!part) {
      usable_ = false;
      outcome = source_failed(part.error());
      break;
    }
    ended = part->empty();
    chunk += *part;
    if (ended || chunk.size() >= kWriteSize) {
      outcome = co_await write_chunk(chunk, ended);
      chunk.clear();
    }
  }
  if (outcome.ok()) {
    co_await read_end(out);
    co_return;
  }
  set_taken(out, outcome);
  if (usable_) co_await reset();
}

// The reply to the last chunk is left to read_end().
awaitable<ClientOutcome> Client::write_chunk(std::string_view bytes, bool last) {
  std::string block = "BDAT " + std::to_string(bytes.size()) + (last ? " LAST\r\n" : "\r\n");
  block += bytes;
  const IoResult<> written = co_await write(block);
  if (!written) co_return co_await explain_loss(written.error(), last);
  if (last) co_return ClientOutcome{};
  co_return co_await read_reply(settings_.end_wait);
}

}  // namespace freehold::smtp
