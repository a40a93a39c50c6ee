#include <algorithm>

#include "imap/search_result.hpp"
#include "imap/session.hpp"

// SEARCH (RFC 9051, 6.4.4; ESEARCH by RFC 4731, SEARCHRES by RFC 5182, MODSEQ by RFC 7162, CONTEXT
// by RFC 5267, PARTIAL by RFC 9394, FUZZY by RFC 6203).
namespace freehold::imap {

namespace {

void put_plain(Context& context, const SearchRequest& request, const Found& found, bool by_uid) {
  context.out << "* SEARCH";
  std::uint64_t highest = 0;
  for (const auto index : found) {
    context.out << ' ' << number_of(*context.view, index, by_uid);
    highest = std::max(highest, context.view->row(index).modseq.value);
  }
  if (request.uses_modseq() && !found.empty()) context.out << " (MODSEQ " << highest << ')';
  context.out << "\r\n";
}

void follow(Context& context, const Command& command, const SearchRequest& request,
            const Found& found) {
  LiveSearch live{command.tag, command.by_uid, with_uids(context, request.key), {}, {}, {}};
  for (const auto uid : numbers_of(*context.view, found, true)) live.rows.push_back({uid, 0, {}});
  follow(context, std::move(live));
}

}  // namespace

awaitable<Reply> search(Context& context, Command& command) {
  auto& lexer = command.arguments;
  auto request = read_search(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.uid_only && request.uses_sequence())
    co_return Reply::bad("[UIDREQUIRED] name messages by UID");
  if (!request.knows_charset()) {
    if (request.save) context.saved_result.clear();  // RFC 5182, 2.1: after NO it is empty
    co_return Reply::no("[BADCHARSET (UTF-8)] search in UTF-8");
  }
  if (request.update && is_followed(context, command.tag))
    co_return Reply::bad("a search with this tag is followed already");
  if (request.uses_modseq()) context.condstore = true;
  std::vector<int> relevancies;
  const auto found = co_await find_matching(context, *context.view, request.key,
                                            request.relevancy ? &relevancies : nullptr);
  if (request.update) follow(context, command, request, found);
  if (request.save) save_result(context, found, request);
  if (request.extended || context.rev2) {
    if (!request.extended) request.all = true;
    if (request.answers()) {
      put_esearch(context.out, command.tag, {}, *context.view, found, request, command.by_uid,
                  request.uses_modseq(), relevancies);
    }
  } else {
    put_plain(context, request, found, command.by_uid);
  }
  co_return Reply::ok("SEARCH completed");
}

}  // namespace freehold::imap
