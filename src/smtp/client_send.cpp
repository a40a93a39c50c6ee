#include <algorithm>

#include "smtp/client.hpp"

namespace freehold::smtp {

namespace {

using Kind = ClientOutcome::Kind;

// As many RCPTs as surely fit, with their replies, in the buffers between us and the server: or
// both would wait for the other to read (RFC 2920, 3.1).
constexpr std::size_t kGroup = 50;

void set_all(std::vector<RecipientOutcome>& out, const ClientOutcome& outcome) {
  for (RecipientOutcome& r : out) r.outcome = outcome;
}

// What is parsed cannot hold a line break; what was put together elsewhere might.
bool writable(const Path& path) {
  return path.null() || (path.domain.empty() && !path.local_part.empty()
                             ? take_path("<" + path.text() + ">").path.has_value()
                             : parse_mailbox(path.text()).has_value());
}

std::optional<Reply> unwritable(const Envelope& envelope) {
  const auto bad = [](const EnvelopeRecipient& r) { return r.path.null() || !writable(r.path); };
  if (!writable(envelope.reverse_path)) return Reply(553, {5, 1, 7}, "malformed sender address");
  if (std::ranges::any_of(envelope.recipients, bad)) {
    return Reply(553, {5, 1, 3}, "malformed recipient address");
  }
  return std::nullopt;
}

}  // namespace

awaitable<std::vector<RecipientOutcome>> Client::send(const Envelope& envelope, Body& body) {
  Outcomes out(envelope.recipients.size());
  std::optional<Reply> obstacle = unsupported(envelope, offered_);
  if (!obstacle) obstacle = unwritable(envelope);
  if (obstacle || out.empty()) {
    if (obstacle) set_all(out, {Kind::unsupported, *obstacle});
    co_return out;
  }
  DataAnswer data;
  const bool ready = co_await send_envelope(envelope, data, out);
  if (ready && envelope.parameters.body == BodyType::binary) {
    co_await send_chunks(body, out);
  } else if (ready) {
    co_await send_data(body, std::move(data), out);
  } else if (usable_) {
    co_await abandon(data);
  }
  co_return out;
}

// True: the server has taken the sender and a recipient at least.
awaitable<bool> Client::send_envelope(const Envelope& envelope, DataAnswer& data, Outcomes& out) {
  const std::size_t count = envelope.recipients.size();
  const std::size_t group = offered_.pipelining ? kGroup : 1;
  std::size_t first = 0;
  if (!offered_.pipelining) {
    const ClientOutcome mail = co_await command(mail_command(envelope, offered_));
    if (!mail.ok()) {
      set_all(out, mail);
      co_return false;
    }
  }
  for (; first < count && usable_; first += group) {
    const bool more =
        co_await send_recipients(envelope, first, std::min(group, count - first), data, out);
    if (!more) co_return false;
  }
  const auto taken = [](const RecipientOutcome& r) { return r.outcome.ok(); };
  co_return usable_&& std::ranges::any_of(out, taken);
}

// One group; with the first of a pipelined envelope goes MAIL, with the last DATA (RFC 2920, 3.1).
// False: there is no use in going on.
awaitable<bool> Client::send_recipients(const Envelope& envelope, std::size_t first,
                                        std::size_t count, DataAnswer& data, Outcomes& out) {
  const bool with_mail = offered_.pipelining && first == 0;
  const bool with_data = offered_.pipelining && first + count == envelope.recipients.size() &&
                         envelope.parameters.body != BodyType::binary;
  std::string lines = with_mail ? mail_command(envelope, offered_) : std::string();
  for (std::size_t i = first; i < first + count; ++i) {
    lines += rcpt_command(envelope.recipients[i], offered_);
  }
  if (with_data) lines += "DATA\r\n";
  const IoResult<> written = co_await write(lines);
  if (!written) {
    set_all(out, lose(written.error(), "sending the envelope"));
    co_return false;
  }
  ClientOutcome mail;
  if (with_mail) mail = co_await read_reply(settings_.command_wait);
  for (std::size_t i = first; i < first + count && mail.kind != Kind::lost; ++i) {
    ClientOutcome outcome = co_await read_reply(settings_.command_wait);
    if (outcome.kind == Kind::lost) {
      set_all(out, outcome);
      co_return false;
    }
    out[i].outcome = std::move(outcome);
    out[i].dsn_passed_on = offered_.dsn;
    if (!usable_) {  // 421: the others share this fate
      const ClientOutcome goodbye = out[i].outcome;
      set_all(out, goodbye);
      co_return false;
    }
  }
  if (with_data && usable_) data = co_await read_reply(settings_.data_wait);
  if (!mail.ok()) set_all(out, mail);
  co_return mail.ok();
}

// Ends a transaction that nobody was taken in.
awaitable<void> Client::abandon(const DataAnswer& data) {
  // RFC 2920, 3.1: a server may answer DATA with 354 all the same, and then waits for a message.
  const bool waits = data && data->reply.code == 354;
  const ClientOutcome outcome = co_await command(waits ? ".\r\n" : "RSET\r\n");
  if (outcome.kind == Kind::lost || (!waits && !outcome.ok())) usable_ = false;
}

awaitable<void> Client::reset() { co_await abandon(std::nullopt); }

}  // namespace freehold::smtp
