#include "base/log.hpp"
#include "directory/sasl.hpp"
#include "imap/session.hpp"

// Commands of every state (RFC 9051, 6.1).
namespace freehold::imap {

std::string capabilities(const Context& context) {
  std::string text = "IMAP4rev2 IMAP4rev1 SASL-IR LITERAL+ ID ENABLE";
  if (context.state == kNotAuthenticated) {
    if (!context.secure() && context.house.settings.tls != nullptr && !context.stream.active()) {
      text += " STARTTLS";
    }
    if (!context.secure() && !context.house.settings.allow_plain_login)
      return text + " LOGINDISABLED";
    const auto* tls = context.stream.tls();
    for (const auto name : directory::sasl_mechanisms({tls ? tls->channel_binding : std::string(),
                                                       {},
                                                       context.house.logins.takes_tokens()})) {
      text += " AUTH=";
      text += name;
    }
    return text;
  }
  text +=
      " IDLE NAMESPACE UIDPLUS MOVE UNSELECT CHILDREN SPECIAL-USE CONDSTORE QRESYNC ESEARCH "
      "SEARCHRES "
      "LIST-EXTENDED LIST-STATUS"
      " STATUS=SIZE UTF8=ACCEPT BINARY"
      " SORT SORT=DISPLAY ESORT"
      " THREAD=ORDEREDSUBJECT THREAD=REFERENCES THREAD=REFS"
      " CONTEXT=SEARCH CONTEXT=SORT PARTIAL"
      " MULTISEARCH"
      " ACL RIGHTS=kxte LIST-MYRIGHTS"
      " WITHIN SAVEDATE OBJECTID PREVIEW"
      " MULTIAPPEND CATENATE REPLACE UIDONLY NOTIFY"
      " UNAUTHENTICATE"
      " INPROGRESS"
      " QUOTA QUOTA=RES-STORAGE"
      " METADATA LIST-METADATA"
      " CREATE-SPECIAL-USE";
  // X-GM-EXT-1 is not named though its items are answered: mail programs would take us for Gmail.
  if (context.house.search != nullptr) text += " SEARCH=FUZZY";
  if (!context.stream.active()) text += " COMPRESS=DEFLATE";
  if (const auto most = context.house.settings.message_limit; most != 0)
    text += " MESSAGELIMIT=" + std::to_string(most);
  text += " APPENDLIMIT=";
  return text + std::to_string(context.house.settings.max_message);
}

awaitable<Reply> capability(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  context.out << "* CAPABILITY " << capabilities(context) << "\r\n";
  co_return Reply::ok("CAPABILITY completed");
}

awaitable<Reply> noop(Context&, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  co_return Reply::ok(command.name + " completed");
}

awaitable<Reply> logout(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  context.out << "* BYE see you\r\n";
  context.closing = true;
  co_return Reply::ok("LOGOUT completed");
}

// RFC 2971. The client's own words go to the log, ours name the server and not its version.
awaitable<Reply> client_id(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  std::string told;
  if (!lexer.word("NIL")) {
    lexer.expect('(');
    while (!lexer.failed() && !lexer.skip(')')) {
      const auto key = lexer.string();
      lexer.space();
      const auto value = lexer.nstring();
      if (told.size() < 512) told += key + "=" + value.value_or("") + " ";
      if (lexer.peek() != ')') lexer.space();
    }
  }
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  log::debug("imap.client", {{"session", context.session.id()}, {"id", told}});
  context.out << "* ID (\"name\" \"Freehold\")\r\n";
  co_return Reply::ok("ID completed");
}

}  // namespace freehold::imap
