#include <algorithm>

#include "base/yield.hpp"
#include "imap/matcher.hpp"
#include "imap/search_key.hpp"
#include "imap/session.hpp"

// SEARCH (RFC 9051, 6.4.4; ESEARCH by RFC 4731, SEARCHRES by RFC 5182, MODSEQ by RFC 7162).
namespace freehold::imap {

namespace {

struct Found {
  std::vector<std::uint32_t> numbers;  // as the answer names them
  std::vector<std::uint32_t> uids;
  std::uint64_t highest_modseq = 0;
};

// A long search gives way to the other sessions of its thread now and then.
constexpr std::size_t kBeforeYield = 64;

awaitable<Found> run(Context& context, const SearchRequest& request, bool by_uid) {
  Matcher matcher(context.house.mailstore, *context.view, context.saved_result);
  SearchKey key = request.key;
  matcher.prepare(key);
  Found found;
  for (std::size_t i = 0; i < context.view->count(); ++i) {
    if (i % kBeforeYield == kBeforeYield - 1) co_await yield();
    if (!matcher.matches(key, i)) continue;
    const auto& message = context.view->messages()[i];
    found.uids.push_back(message.uid.value);
    found.numbers.push_back(by_uid ? message.uid.value : static_cast<std::uint32_t>(i + 1));
    found.highest_modseq = std::max(found.highest_modseq, message.modseq.value);
  }
  co_return found;
}

void put_extended(Context& context, const Command& command, const SearchRequest& request,
                  const Found& found) {
  auto& out = context.out;
  out << "* ESEARCH (TAG ";
  out.string(command.tag);
  out << ')';
  if (command.by_uid) out << " UID";
  if (!found.numbers.empty()) {
    if (request.min) out << " MIN " << std::uint64_t{found.numbers.front()};
    if (request.max) out << " MAX " << std::uint64_t{found.numbers.back()};
    if (request.all) out << " ALL " << format_set(found.numbers);
  }
  if (request.count) out << " COUNT " << found.numbers.size();
  if (request.uses_modseq() && !found.numbers.empty()) out << " MODSEQ " << found.highest_modseq;
  out << "\r\n";
}

void put_plain(Context& context, const SearchRequest& request, const Found& found) {
  context.out << "* SEARCH";
  for (const auto number : found.numbers) context.out << ' ' << std::uint64_t{number};
  if (request.uses_modseq() && !found.numbers.empty())
    context.out << " (MODSEQ " << found.highest_modseq << ')';
  context.out << "\r\n";
}

void save(Context& context, const SearchRequest& request, const Found& found) {
  context.saved_result = found.uids;
  // RFC 5182, 2.4: with MIN or MAX and not ALL or COUNT, only those are kept.
  if (found.uids.empty() || request.all || request.count || !(request.min || request.max)) return;
  context.saved_result.clear();
  if (request.min) context.saved_result.push_back(found.uids.front());
  if (request.max) context.saved_result.push_back(found.uids.back());
}

}  // namespace

awaitable<Reply> search(Context& context, Command& command) {
  auto& lexer = command.arguments;
  auto request = read_search(lexer);
  if (!lexer.done()) {
    if (request.save) context.saved_result.clear();
    co_return Reply::bad(lexer.error());
  }
  if (!request.charset.empty() && request.charset != "UTF-8" && request.charset != "US-ASCII") {
    co_return Reply::no("[BADCHARSET (UTF-8)] search in UTF-8");
  }
  if (request.uses_modseq()) context.condstore = true;
  const auto found = co_await run(context, request, command.by_uid);
  if (request.save) save(context, request, found);
  const bool only_save =
      request.save && !request.min && !request.max && !request.count && !request.all;
  if (request.extended || context.rev2) {
    if (!request.extended) request.all = true;
    if (!only_save) put_extended(context, command, request, found);
  } else {
    put_plain(context, request, found);
  }
  co_return Reply::ok("SEARCH completed");
}

}  // namespace freehold::imap
