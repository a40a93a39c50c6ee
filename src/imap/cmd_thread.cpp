#include "base/bytes.hpp"
#include "base/yield.hpp"
#include "imap/search_result.hpp"
#include "imap/session.hpp"
#include "imap/sort_order.hpp"
#include "imap/text_order.hpp"
#include "imap/thread_tree.hpp"
#include "message/encoded_word.hpp"
#include "message/thread.hpp"
#include "schema/mailstore.pb.h"

// THREAD (RFC 5256; REFS by draft-ietf-morg-inthread).
namespace freehold::imap {

namespace {

constexpr std::size_t kBeforeYield = 64;
constexpr std::size_t kFewMessages = 2000;  // no longer to thread than the way to the pool and back
constexpr std::size_t kMaxReferences = 100;

ThreadedMessage threaded(const View& view, std::size_t index, bool by_uid,
                         const schema::Content* content) {
  ThreadedMessage out;
  out.number = number_of(view, index, by_uid);
  out.sent = to_millis(sent_date(view.row(index), content));
  if (content == nullptr) return out;
  const auto& envelope = content->envelope();
  const auto base = message::base_subject(message::decode_text(envelope.subject()));
  out.subject = order_key(base.text);
  out.is_reply = base.is_reply;
  const auto own = message::parse_message_ids(envelope.message_id(), 1);
  if (!own.empty()) out.message_id = own.front();
  out.references.assign(content->references().begin(), content->references().end());
  if (!out.references.empty()) return out;
  // RFC 5256, 3: else the first id of In-Reply-To.
  const auto answered = message::parse_message_ids(envelope.in_reply_to(), kMaxReferences);
  if (!answered.empty()) out.references.push_back(answered.front());
  return out;
}

awaitable<std::vector<ThreadedMessage>> read_messages(Context& context, const Found& found,
                                                      bool by_uid) {
  std::vector<ThreadedMessage> messages;
  messages.reserve(found.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i % kBeforeYield == kBeforeYield - 1) co_await yield();
    const auto content =
        context.house.mailstore.content(context.view->account(), context.view->row(found[i]).email);
    messages.push_back(threaded(*context.view, found[i], by_uid, content ? &*content : nullptr));
  }
  co_return messages;
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
  const auto messages = co_await read_messages(context, found, command.by_uid);
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
