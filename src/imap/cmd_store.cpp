#include "imap/session.hpp"

// STORE (RFC 9051, 6.4.6; UNCHANGEDSINCE by RFC 7162, 3.1.3).
namespace freehold::imap {

namespace {

std::string numbers_of(Context& context, const std::vector<Uid>& uids, bool by_uid) {
  std::vector<std::uint32_t> numbers;
  for (const auto uid : uids)
    numbers.push_back(by_uid ? uid.value : context.view->sequence_of(uid).value_or(0));
  return format_set(numbers);
}

}  // namespace

awaitable<Reply> store(Context& context, Command& command) {
  auto& lexer = command.arguments;
  mailstore::Mailstore::FlagUpdate update;
  lexer.space();
  const auto set = lexer.sequence_set();
  lexer.space();
  if (lexer.skip('(')) {
    if (!lexer.word("UNCHANGEDSINCE")) lexer.fail("UNCHANGEDSINCE is missing");
    lexer.space();
    update.unchanged_since = ModSeq(lexer.number64());
    lexer.expect(')');
    lexer.space();
    context.condstore = true;
  }
  if (lexer.skip('+')) {
    update.how = mailstore::FlagChange::add;
  } else if (lexer.skip('-')) {
    update.how = mailstore::FlagChange::remove;
  }
  const auto item = lexer.keyword();
  const bool silent = item == "FLAGS.SILENT";
  if (!silent && item != "FLAGS") lexer.fail("STORE changes FLAGS");
  lexer.space();
  update.flags = read_flag_words(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  const auto indexes = context.select(set, command.by_uid);
  if (!indexes) co_return Reply::bad("no such message");

  std::vector<Uid> uids;
  for (const auto index : *indexes) uids.push_back(context.view->messages()[index].uid);
  const auto wanted = uids.size();
  const auto done = co_await context.house.mailstore.update_flags(
      context.id(), context.view->mailbox(), std::move(uids), update);
  if (!done) co_return reply_for(done.error());
  for (const auto& message : done->changed) {
    const auto sequence = context.view->sequence_of(message.uid);
    if (!sequence) continue;
    context.view->note(message);
    if (!silent || context.condstore) {
      if (silent) {
        context.out << "* " << std::uint64_t{*sequence} << " FETCH (UID "
                    << std::uint64_t{message.uid.value} << " MODSEQ (" << message.modseq.value
                    << "))\r\n";
      } else {
        put_flags_update(context, *sequence - 1, command.by_uid || context.rev2);
      }
    }
    if (context.out.wants_flush() && !co_await context.out.flush()) {
      context.closing = true;
      co_return Reply::said();
    }
  }
  if (!done->modified.empty()) {
    co_return Reply::ok("[MODIFIED " + numbers_of(context, done->modified, command.by_uid) +
                        "] some were changed meanwhile");
  }
  if (!command.by_uid && done->changed.size() < wanted)
    co_return Reply::no("[EXPUNGEISSUED] some of them are gone");
  co_return Reply::ok("STORE completed");
}

}  // namespace freehold::imap
