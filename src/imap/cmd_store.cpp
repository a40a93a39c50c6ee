#include <bit>

#include "imap/mailbox_access.hpp"
#include "imap/session.hpp"

// STORE (RFC 9051, 6.4.6; UNCHANGEDSINCE by RFC 7162, 3.1.3).
namespace freehold::imap {

namespace {

using mailstore::IndexChunk;

std::string numbers_of(Context& context, const std::vector<Uid>& uids, bool by_uid) {
  std::vector<std::uint32_t> numbers;
  for (const auto uid : uids)
    numbers.push_back(by_uid ? uid.value : context.view->sequence_of(uid).value_or(0));
  return format_set(numbers);
}

using Part = mailstore::Mailstore::FlagsUpdated::Part;

// Those whose flags are not what the client makes of what it was told: others have changed them
// meanwhile. RFC 9051, 6.4.6: even a silent STORE tells these.
IndexChunk::Bits changed_by_others(const View& told, const Part& now,
                                   const mailstore::Mailstore::FlagUpdate& update) {
  const auto known = told.messages().chunk(IndexChunk::number_of(now.chunk->rows().front().uid));
  if (!known) return 0;
  auto expected = known->flag_maps();
  expected.change(now.which, update.how, update.flags);
  return expected.differ(now.chunk->flag_maps()) & now.which & known->present();
}

// RFC 7162, 3.1.3: with CONDSTORE even a silent STORE tells the new modseq.
void put_stored(Context& context, const IndexChunk::Row& row, bool silent, bool by_uid) {
  const auto sequence = context.view->sequence_of(row.uid);
  if (!sequence) return;
  if (!silent) {
    put_flags_update(context, *sequence - 1, by_uid || context.rev2);
    return;
  }
  put_fetch_start(context, *sequence - 1, row.uid);
  if (!context.uid_only) context.out << "UID " << std::uint64_t{row.uid.value} << ' ';
  context.out << "MODSEQ (" << row.modseq.value << "))\r\n";
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
  if (item.starts_with("X-GM-LABELS")) {
    co_return Reply::no("[CANNOT] labels are mailboxes here: COPY or MOVE the message");
  }
  const bool silent = item == "FLAGS.SILENT";
  if (!silent && item != "FLAGS") lexer.fail("STORE changes FLAGS");
  lexer.space();
  update.flags = read_flag_words(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  // RFC 4314, 4: flags that may not be changed are passed over, unless none is left.
  update.may = rights_in_view(context).flags();
  if (update.may.none() ||
      (update.how != mailstore::FlagChange::replace && !(update.flags == mailstore::Flags()) &&
       mailstore::masked(update.flags, update.may) == mailstore::Flags()))
    co_return Reply::no("[NOPERM] you have no right to change these flags");
  if (context.view->read_only()) co_return Reply::no("[NOPERM] the mailbox is selected read-only");
  auto indexes = context.select(set, command.by_uid);
  if (!indexes) co_return Reply::bad("no such message");
  const auto limited = context.limit(*indexes);

  auto uids = context.view->messages().uids(*indexes);
  const auto wanted = uids.size();
  const auto done = co_await context.house.mailstore.update_flags(
      context.view->account(), context.view->mailbox(), std::move(uids), update);
  if (!done) co_return reply_for(done.error());
  std::vector<IndexChunk::Bits> loud;
  for (const auto& part : done->messages)
    loud.push_back(silent ? changed_by_others(*context.view, part, update) : part.which);
  context.view->note(done->messages);
  std::size_t found = done->modified.size();
  for (std::size_t i = 0; i < done->messages.size(); ++i) {
    const auto& [chunk, which] = done->messages[i];
    found += static_cast<std::size_t>(std::popcount(which));
    if (loud[i] == 0 && !context.condstore) continue;
    for (const auto& row : chunk->rows()) {
      if ((which & IndexChunk::bit_of(row.uid)) == 0) continue;
      const bool quiet = (loud[i] & IndexChunk::bit_of(row.uid)) == 0;
      if (!quiet || context.condstore) put_stored(context, row, quiet, command.by_uid);
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
  if (!command.by_uid && found < wanted)
    co_return Reply::no("[EXPUNGEISSUED] some of them are gone");
  co_return Reply::ok(limited + "STORE completed");
}

}  // namespace freehold::imap
