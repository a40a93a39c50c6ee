#include <algorithm>

#include "imap/mailbox_access.hpp"
#include "imap/object_id.hpp"
#include "imap/session.hpp"

// STATUS (RFC 9051, 6.3.11; SIZE by RFC 8438, HIGHESTMODSEQ by RFC 7162, DELETED-STORAGE by RFC
// 9208).
namespace freehold::imap {

namespace {

constexpr std::string_view kItems[] = {
    "MESSAGES", "RECENT",        "UIDNEXT",     "UIDVALIDITY", "UNSEEN",         "DELETED",
    "SIZE",     "HIGHESTMODSEQ", "APPENDLIMIT", "MAILBOXID",   "DELETED-STORAGE"};

// RFC 9208, 4.1.4: what an EXPUNGE would set free, in octets.
std::uint64_t deleted_bytes(const Context& context, AccountId owner,
                            const mailstore::MailboxInfo& info) {
  if (info.deleted == 0) return 0;
  const auto snapshot = context.house.mailstore.snapshot(owner, info.id);
  if (!snapshot) return 0;
  std::uint64_t bytes = 0;
  snapshot->for_each(0, snapshot->count(), [&bytes](auto, const auto& chunk, const auto& row) {
    const bool deleted =
        (chunk.with(mailstore::kDeleted) & mailstore::IndexChunk::bit_of(row.uid)) != 0;
    if (deleted) bytes += row.size;
  });
  return bytes;
}

std::uint64_t value_of(const Context& context, AccountId owner, const mailstore::MailboxInfo& info,
                       std::string_view item) {
  if (item == "MESSAGES") return info.emails;
  if (item == "UIDNEXT") return info.uid_next.value;
  if (item == "UIDVALIDITY") return info.uid_validity.value;
  if (item == "UNSEEN") return info.unseen;
  if (item == "DELETED") return info.deleted;
  if (item == "DELETED-STORAGE") return deleted_bytes(context, owner, info);
  if (item == "SIZE") return info.bytes;
  if (item == "HIGHESTMODSEQ") return info.highest_modseq.value;
  if (item == "APPENDLIMIT") return context.house.settings.max_message;
  return 0;  // RECENT: nobody keeps it any more
}

}  // namespace

std::vector<std::string> read_status_items(Lexer& lexer) {
  std::vector<std::string> items;
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    items.push_back(lexer.keyword());
    if (std::ranges::find(kItems, items.back()) == std::end(kItems))
      lexer.fail("this STATUS item is not known");
    if (lexer.peek() != ')') lexer.space();
  }
  if (items.empty()) lexer.fail("a STATUS item is missing");
  return items;
}

void put_status(Context& context, AccountId owner, const mailstore::MailboxInfo& info,
                const std::vector<std::string>& items) {
  auto& out = context.out;
  out << "* STATUS ";
  context.put_mailbox_name(info.path);
  out << " (";
  bool first = true;
  for (const auto& item : items) {
    if (!first) out << ' ';
    first = false;
    out << item << ' ';
    if (item == "MAILBOXID")
      out << '(' << object_id(owner, info.id) << ')';
    else
      out << value_of(context, owner, info, item);
  }
  out << ")\r\n";
}

awaitable<Reply> status(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto path = context.mailbox_name(lexer);
  lexer.space();
  const auto items = read_status_items(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (std::ranges::find(items, "HIGHESTMODSEQ") != items.end()) context.condstore = true;
  const auto found = find_mailbox(context, path, mailstore::Right::read);
  if (!found) co_return reply_for(found.error());
  put_status(context, found->owner, found->info, items);
  co_return Reply::ok("STATUS completed");
}

}  // namespace freehold::imap
