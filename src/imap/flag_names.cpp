#include <algorithm>

#include "base/bytes.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

namespace {

using mailstore::Flags;

struct NamedFlag {
  std::string_view name;
  mailstore::Flag flag;
};
constexpr NamedFlag kSystemFlags[] = {{"\\Seen", mailstore::kSeen},
                                      {"\\Answered", mailstore::kAnswered},
                                      {"\\Flagged", mailstore::kFlagged},
                                      {"\\Deleted", mailstore::kDeleted},
                                      {"\\Draft", mailstore::kDraft}};

void read_flag(Lexer& lexer, Flags& flags) {
  if (!lexer.skip('\\')) {
    flags.keywords.emplace_back(lexer.atom());
    return;
  }
  const auto name = "\\" + std::string(lexer.atom());
  for (const auto& known : kSystemFlags) {
    if (iequals(known.name, name)) {
      flags.bits |= known.flag;
      return;
    }
  }
  // \Recent (RFC 3501) is not the client's to set; it is passed over.
  if (!iequals(name, "\\Recent")) lexer.fail("the flag " + name + " is not known");
}

}  // namespace

void put_flags(Output& out, const Flags& flags) {
  out << '(';
  bool first = true;
  const auto put = [&](std::string_view name) {
    if (!first) out << ' ';
    first = false;
    out << name;
  };
  for (const auto& known : kSystemFlags) {
    if (flags.has(known.flag)) put(known.name);
  }
  for (const auto& keyword : flags.keywords) put(keyword);
  out << ')';
}

Flags read_flags(Lexer& lexer) {
  Flags flags;
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    read_flag(lexer, flags);
    if (lexer.peek() != ')') lexer.space();
  }
  mailstore::canonicalize(flags);
  return flags;
}

Flags read_flag_words(Lexer& lexer) {
  if (lexer.peek() == '(') return read_flags(lexer);
  Flags flags;
  read_flag(lexer, flags);
  while (lexer.skip(' ')) read_flag(lexer, flags);
  mailstore::canonicalize(flags);
  return flags;
}

void put_fetch_start(Context& context, std::size_t index, Uid uid) {
  if (context.uid_only)
    context.out << "* " << std::uint64_t{uid.value} << " UIDFETCH (";
  else
    context.out << "* " << std::uint64_t{index + 1} << " FETCH (";
}

void put_flags_update(Context& context, std::size_t index, bool with_uid) {
  const auto message = context.view->at(index);
  auto& out = context.out;
  put_fetch_start(context, index, message.uid);
  if ((with_uid || context.qresync) && !context.uid_only)
    out << "UID " << std::uint64_t{message.uid.value} << ' ';
  out << "FLAGS ";
  put_flags(out, message.flags);
  if (context.condstore) out << " MODSEQ (" << message.modseq.value << ')';
  out << ")\r\n";
}

}  // namespace freehold::imap
