#include "base/bytes.hpp"
#include "imap/outlines.hpp"
#include "imap/search_result.hpp"
#include "imap/session.hpp"
#include "imap/sort_order.hpp"
#include "imap/text_order.hpp"
#include "imap/thread_tree.hpp"
#include "message/thread.hpp"

// THREAD (RFC 5256; REFS by draft-ietf-morg-inthread).
namespace freehold::imap {

namespace {

constexpr std::size_t kFewMessages = 2000;  // no longer to thread than the way to the pool and back
constexpr std::size_t kMaxReferences = 100;

ThreadedMessage threaded(const View& view, std::size_t index, bool by_uid,
                         const message::Envelope* outline) {
  ThreadedMessage out;
  out.number = number_of(view, index, by_uid);
  out.sent = to_millis(sent_date(view.row(index), outline));
  if (outline == nullptr) return out;
  const auto base = message::base_subject(outline->decoded_subject());
  out.subject = order_key(base.text);
  out.is_reply = base.is_reply;
  if (!outline->message_ids.empty()) out.message_id = outline->message_ids.front();
  out.references = outline->references;
  if (!out.references.empty()) return out;
  // RFC 5256, 3: else the first id of In-Reply-To.
  const auto answered = message::parse_message_ids(outline->in_reply_to, kMaxReferences);
  if (!answered.empty()) out.references.push_back(answered.front());
  return out;
}

}  // namespace

awaitable<Reply> thread(Context& context, Command& command) {
  auto& lexer = command.arguments;
  SearchRequest request;
  lexer.space();
  const auto algorithm = lexer.keyword();
  lexer.space();
  request.charset = to_upper(lexer.astring());
  lexer.space();
  request.key = read_search_keys(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.uid_only && request.uses_sequence())
    co_return Reply::bad("[UIDREQUIRED] name messages by UID");
  if (algorithm != "ORDEREDSUBJECT" && algorithm != "REFERENCES" && algorithm != "REFS")
    co_return Reply::bad("this way of threading is not known");
  if (!request.knows_charset()) co_return Reply::no("[BADCHARSET (UTF-8)] search in UTF-8");
  const auto found = co_await find_matching(context, *context.view, request.key);
  constexpr message::EnvelopeParts kParts{.addresses = false};
  const auto messages = co_await made_of_outlines(
      context, found, kParts, [&](std::size_t index, const message::Envelope* outline) {
        return threaded(*context.view, index, command.by_uid, outline);
      });
  const auto make = [&] {
    return algorithm == "ORDEREDSUBJECT" ? thread_by_subject(messages)
                                         : thread_by_references(messages, algorithm == "REFS");
  };
  std::string threads;
  if (messages.size() <= kFewMessages)
    threads = make();
  else
    threads = co_await context.house.mailstore.pool().run(make);
  context.out << "* THREAD" << (threads.empty() ? "" : " ") << threads << "\r\n";
  co_return Reply::ok("THREAD completed");
}

}  // namespace freehold::imap
