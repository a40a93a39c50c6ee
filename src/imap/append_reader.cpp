#include "imap/append_reader.hpp"

#include <algorithm>

#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/message_source.hpp"
#include "imap/message_url.hpp"

namespace freehold::imap {

AppendReader::AppendReader(Context& context, std::string_view line, Lexer arguments)
    : context_(context), line_(line), lexer_(arguments) {}

void AppendReader::refuse(Reply reply) {
  if (!refusal_) refusal_ = std::move(reply);
}

awaitable<IoResult<>> AppendReader::read(bool several) {
  do {
    if (messages.size() + finishing_.size() >= kMaxAppended)
      refuse(Reply::no("[LIMIT] send fewer messages at once"));
    if (!refusal_) {
      if (auto done = co_await read_message(); !done) co_return done;
    }
  } while (!refusal_ && several && lexer_.peek() == ' ');
  if (!refusal_ && !lexer_.done()) refuse(Reply::bad("unexpected text behind the message"));
  while (!refusal_ && !finishing_.empty()) co_await take_finished();
  co_return refusal_ ? co_await skip_rest() : IoResult<>();
}

void AppendReader::read_options(mailstore::Mailstore::Append& how) {
  lexer_.space();
  if (lexer_.peek() == '(') {
    how.flags = read_flags(lexer_);
    lexer_.space();
  }
  if (lexer_.peek() == '"') {
    how.received_at = parse_internal_date(lexer_.string());
    if (!how.received_at) lexer_.fail("the date is not well-formed");
    lexer_.space();
  }
}

awaitable<IoResult<>> AppendReader::read_message() {
  mailstore::Mailstore::Append how;
  read_options(how);
  mailstore::Intake intake(context_.house.mailstore.engine());
  if (lexer_.word("CATENATE")) {
    if (auto done = co_await read_parts(intake); !done) co_return done;
  } else {
    // RFC 6855, 4: "UTF8 (~{n}", whose closing parenthesis comes behind the literal.
    const bool utf8 = lexer_.word("UTF8");
    if (utf8) {
      lexer_.space();
      lexer_.expect('(');
    }
    const auto mark = literal_at_end(line_);
    if (mark && mark->size == 0) refuse(Reply::no("[CANNOT] the message is empty"));
    if (refusal_) co_return IoResult<>();
    const auto done =
        co_await read_literal([&intake](std::string_view bytes) { return intake.append(bytes); },
                              context_.house.settings.max_message,
                              "[TOOBIG] the message is larger than is accepted here");
    if (!done) co_return done;
    if (utf8 && !refusal_) lexer_.expect(')');
  }
  if (!refusal_ && lexer_.failed()) refuse(Reply::bad(lexer_.error()));
  if (!refusal_ && intake.size() == 0) refuse(Reply::no("[CANNOT] the message is empty"));
  if (refusal_) co_return IoResult<>();
  if (intake.size() <= store::kPieceSize) held_ += intake.size();
  if (held_ > kMaxAppendedInMemory) refuse(Reply::no("[LIMIT] send fewer messages at once"));
  if (!refusal_) co_await finish(std::move(how), std::move(intake));
  co_return IoResult<>();
}

// One of several is packed and parsed to its end in the pool while the next one comes in.
awaitable<void> AppendReader::finish(mailstore::Mailstore::Append how, mailstore::Intake intake) {
  auto& pool = context_.house.mailstore.pool();
  if (lexer_.peek() == ' ' || !finishing_.empty()) {
    if (finishing_.size() == kMaxFinishing) co_await take_finished();
    finishing_.push_back({std::move(how), intake.begin_finish(pool)});
    co_return;
  }
  auto message = co_await intake.finish(pool);
  if (message)
    messages.push_back({std::move(*message), std::move(how)});
  else
    refuse(reply_for(message.error()));
}

awaitable<void> AppendReader::take_finished() {
  auto message = co_await finishing_.front().message.take();
  if (message)
    messages.push_back({std::move(*message), std::move(finishing_.front().how)});
  else
    refuse(reply_for(message.error()));
  finishing_.pop_front();
}

// "(" part *(SP part) ")"; a part is TEXT with a literal, or URL with the address of one here.
awaitable<IoResult<>> AppendReader::read_parts(mailstore::Intake& intake) {
  lexer_.space();
  lexer_.expect('(');
  std::size_t parts = 0;
  do {
    if (++parts > kMaxCatenated) refuse(Reply::no("[LIMIT] put it together of fewer parts"));
    if (lexer_.word("TEXT")) {
      lexer_.space();
      const auto room = context_.house.settings.max_message -
                        std::min(context_.house.settings.max_message, intake.size());
      const auto done =
          co_await read_literal([&intake](std::string_view bytes) { return intake.append(bytes); },
                                room, "[TOOBIG] the message is larger than is accepted here");
      if (!done) co_return done;
    } else if (lexer_.word("URL")) {
      lexer_.space();
      std::string url;
      if (auto done = co_await read_url(url); !done) co_return done;
      if (!refusal_ && !lexer_.failed()) copy_from(url, intake);
    } else {
      lexer_.fail("a part is a TEXT or a URL");
    }
  } while (!refusal_ && lexer_.skip(' '));
  if (!refusal_) lexer_.expect(')');
  co_return IoResult<>();
}

awaitable<IoResult<>> AppendReader::read_url(std::string& url) {
  if (lexer_.peek() != '{') {
    url = lexer_.astring();
    co_return IoResult<>();
  }
  co_return co_await read_literal(
      [&url](std::string_view bytes) -> Result<> {
        url += bytes;
        return {};
      },
      kMaxLine, "[CANNOT] the URL is too long");
}

void AppendReader::copy_from(const std::string& url, mailstore::Intake& intake) {
  const auto bad_url = [&](std::string_view why) {
    // RFC 4469, 4: the URL stands in the answer, unless it would break it.
    const bool printable =
        std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != ']'; });
    refuse(Reply::no("[BADURL " + (printable && !url.empty() && url.size() <= 1000 ? url : "\"\"") +
                     "] " + std::string(why)));
  };
  const auto parsed = MessageUrl::parse(url);
  if (!parsed) return bad_url("this is not the URL of a message here");
  const auto& store = context_.house.mailstore;
  const auto mailbox = find_mailbox(context_, parsed->mailbox, mailstore::Right::read);
  if (!mailbox) return bad_url("there is no such mailbox");
  if (parsed->uid_validity && *parsed->uid_validity != mailbox->info.uid_validity.value)
    return bad_url("the mailbox is another one by now");
  const auto email = store.email_at(mailbox->owner, mailbox->info.id, Uid(parsed->uid));
  if (!email) return bad_url("there is no such message");
  MessageSource source(store, mailbox->owner, *email);
  const auto bytes = source.find(parsed->section, parsed->partial);
  if (!bytes) return bad_url("the message has no such part");
  if (intake.size() + bytes->size() > context_.house.settings.max_message)
    return refuse(Reply::no("[TOOBIG] the message is larger than is accepted here"));
  take(intake, bytes->picked);
  for (auto at = bytes->begin; at < bytes->end && !refusal_;) {
    const auto piece = source.read(at, std::min<std::uint64_t>(bytes->end, at + store::kPieceSize));
    if (piece.empty()) return bad_url("the message cannot be read");
    take(intake, piece);
    at += piece.size();
  }
}

void AppendReader::take(mailstore::Intake& intake, std::string_view bytes) {
  if (auto taken = intake.append(bytes); !taken) refuse(reply_for(taken.error()));
}

// Takes the literal at the end of the line and goes on to the next line.
awaitable<IoResult<>> AppendReader::read_literal(const Sink& sink, std::uint64_t most,
                                                 std::string_view too_long) {
  static_cast<void>(lexer_.skip('~'));
  const auto mark = literal_at_end(line_);
  if (!mark || lexer_.peek() != '{' || lexer_.rest().find('}') + 1 != lexer_.rest().size()) {
    lexer_.fail("a literal is missing");
    co_return IoResult<>();
  }
  if (mark->size > most) {
    refuse(Reply::no(std::string(too_long)));
    co_return IoResult<>();
  }
  if (mark->synchronizing) {
    context_.out << "+ send it\r\n";
    if (auto sent = co_await context_.out.flush(); !sent) co_return sent;
  }
  Result<> taken;
  for (auto left = mark->size; left > 0;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kFlushAt));
    const auto chunk = co_await context_.reader.read_chunk(size, net::after(kLiteralTimeout));
    if (!chunk) co_return chunk.error();
    if (taken) taken = sink(*chunk);
    left -= chunk->size();
  }
  if (!taken) refuse(reply_for(taken.error()));
  co_return co_await next_line();
}

awaitable<IoResult<>> AppendReader::next_line() {
  const auto line = co_await context_.reader.read_line(net::after(kLiteralTimeout));
  if (!line) co_return line.error();
  own_line_ = *line;
  line_ = own_line_;
  lexer_ = Lexer(line_);
  co_return IoResult<>();
}

// Reads past what the client sends anyway; where it waits for our "+", the answer comes instead.
awaitable<IoResult<>> AppendReader::skip_rest() {
  std::uint64_t skipped = 0;
  while (true) {
    const auto mark = literal_at_end(line_);
    if (!mark || mark->synchronizing) co_return IoResult<>();
    skipped += mark->size;
    if (mark->size > 2 * context_.house.settings.max_message ||
        skipped > 4 * context_.house.settings.max_message) {
      context_.out << "* BYE the message is far too large\r\n";
      context_.closing = true;
      co_return IoResult<>();
    }
    for (auto left = mark->size; left > 0;) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, kFlushAt));
      const auto chunk = co_await context_.reader.read_chunk(size, net::after(kLiteralTimeout));
      if (!chunk) co_return chunk.error();
      left -= chunk->size();
    }
    if (auto next = co_await next_line(); !next) co_return next;
  }
}

}  // namespace freehold::imap
