#include <algorithm>

#include "base/bytes.hpp"
#include "imap/outlines.hpp"
#include "imap/search_result.hpp"
#include "imap/session.hpp"
#include "imap/sort_order.hpp"

// SORT (RFC 5256; DISPLAYFROM and DISPLAYTO by RFC 5957, RETURN by RFC 5267).
namespace freehold::imap {

namespace {

// Comparing fewer takes no longer than the way to the pool and back.
constexpr std::size_t kFewRows = 2000;

struct SortRequest : SearchRequest {
  std::vector<SortCriterion> criteria;
};

SortRequest read_sort(Lexer& lexer) {
  SortRequest request;
  lexer.space();
  if (lexer.word("RETURN")) {
    static_cast<SearchReturn&>(request) = read_return(lexer);
    lexer.space();
  }
  request.criteria = read_sort_criteria(lexer);
  lexer.space();
  request.charset = to_upper(lexer.astring());
  lexer.space();
  request.key = read_search_keys(lexer);
  return request;
}

awaitable<std::vector<SortRow>> sorted_rows(Context& context, const SortRequest& request,
                                            const Found& found) {
  const auto make = [&](std::size_t index, const message::Envelope* outline) {
    return sort_row(request.criteria, index, context.view->row(index), outline);
  };
  std::vector<SortRow> rows;
  if (const auto parts = outline_parts(request.criteria); parts.any()) {
    rows = co_await made_of_outlines(context, found, parts, make);
  } else {
    rows.reserve(found.size());
    for (const auto index : found) rows.push_back(make(index, nullptr));
  }
  const auto sort = [&] {
    std::ranges::sort(rows, [&](const SortRow& a, const SortRow& b) {
      return sorts_before(request.criteria, a, b);
    });
  };
  if (rows.size() <= kFewRows)
    sort();
  else
    co_await context.house.mailstore.pool().run(sort);
  co_return rows;
}

void follow(Context& context, const Command& command, const SortRequest& request,
            std::vector<SortRow> rows) {
  for (auto& row : rows) row.index = context.view->row(row.index).uid.value;
  follow(context, LiveSearch{command.tag,
                             command.by_uid,
                             with_uids(context, request.key),
                             request.criteria,
                             std::move(rows),
                             {}});
}

}  // namespace

awaitable<Reply> sort(Context& context, Command& command) {
  auto& lexer = command.arguments;
  const auto request = read_sort(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (context.uid_only && request.uses_sequence())
    co_return Reply::bad("[UIDREQUIRED] name messages by UID");
  if (!request.knows_charset()) {
    if (request.save) context.saved_result.clear();
    co_return Reply::no("[BADCHARSET (UTF-8)] search in UTF-8");
  }
  if (request.update && is_followed(context, command.tag))
    co_return Reply::bad("a search with this tag is followed already");
  if (request.uses_modseq()) context.condstore = true;
  auto found = co_await find_matching(context, *context.view, request.key);
  auto rows = co_await sorted_rows(context, request, found);
  std::ranges::transform(rows, found.begin(), &SortRow::index);
  if (request.update) follow(context, command, request, std::move(rows));
  if (request.save) save_result(context, found, request);
  if (!request.extended) {
    context.out << "* SORT";
    for (const auto number : numbers_of(*context.view, found, command.by_uid))
      context.out << ' ' << number;
    context.out << "\r\n";
  } else if (request.answers()) {
    put_esearch(context.out, command.tag, {}, *context.view, found, request, command.by_uid,
                request.uses_modseq());
  }
  co_return Reply::ok("SORT completed");
}

}  // namespace freehold::imap
