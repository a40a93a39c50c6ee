#include <algorithm>
#include <memory>

#include "base/bytes.hpp"
#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/search_result.hpp"
#include "imap/session.hpp"

// ESEARCH in several mailboxes (RFC 7377).
namespace freehold::imap {

namespace {

using mailstore::MailboxInfo;

struct Source {
  enum class Kind { selected, inboxes, personal, subscribed, subtree, subtree_one, mailboxes } kind;
  std::vector<std::string> names;
};

struct MultiRequest : SearchRequest {
  std::vector<Source> sources;
};

constexpr std::pair<std::string_view, Source::Kind> kSources[] = {
    {"SELECTED", Source::Kind::selected},       {"SELECTED-DELAYED", Source::Kind::selected},
    {"INBOXES", Source::Kind::inboxes},         {"PERSONAL", Source::Kind::personal},
    {"SUBSCRIBED", Source::Kind::subscribed},   {"SUBTREE", Source::Kind::subtree},
    {"SUBTREE-ONE", Source::Kind::subtree_one}, {"MAILBOXES", Source::Kind::mailboxes}};

std::vector<std::string> read_names(Context& context, Lexer& lexer) {
  std::vector<std::string> names;
  lexer.space();
  if (!lexer.skip('(')) {
    names.push_back(context.mailbox_name(lexer));
    return names;
  }
  do names.push_back(context.mailbox_name(lexer));
  while (lexer.skip(' '));
  lexer.expect(')');
  return names;
}

// "IN (mailboxes (a b) subtree c)"
void read_sources(Context& context, Lexer& lexer, MultiRequest& request) {
  std::size_t names = 0;
  lexer.space();
  lexer.expect('(');
  do {
    const auto word = lexer.keyword();
    const auto* found = std::ranges::find(kSources, std::string_view(word),
                                          &std::pair<std::string_view, Source::Kind>::first);
    if (found == std::end(kSources)) {
      lexer.fail("this source of messages is not known");
      return;
    }
    Source source{found->second, {}};
    if (source.kind >= Source::Kind::subtree) source.names = read_names(context, lexer);
    names += 1 + source.names.size();
    request.sources.push_back(std::move(source));
  } while (!lexer.failed() && lexer.skip(' '));
  if (names > kMaxSearchSources) lexer.fail("too many mailboxes are named");
  lexer.expect(')');
}

MultiRequest read_request(Context& context, Lexer& lexer) {
  MultiRequest request;
  lexer.space();
  if (lexer.word("IN")) {
    read_sources(context, lexer, request);
    lexer.space();
  }
  if (lexer.word("RETURN")) {
    static_cast<SearchReturn&>(request) = read_return(lexer);
    lexer.space();
  } else {
    request.all = true;
  }
  if (lexer.word("CHARSET")) {
    lexer.space();
    request.charset = to_upper(lexer.astring());
    lexer.space();
  }
  request.key = read_search_keys(lexer);
  return request;
}

bool is_selected(const Context& context, const NamedMailbox& named) {
  return context.view &&
         named.id() == mailstore::OwnedMailbox{context.view->account(), context.view->mailbox()};
}

bool is_named(const Context& context, const Source& source, const NamedMailbox& named) {
  using Kind = Source::Kind;
  const MailboxInfo& info = named.info;
  switch (source.kind) {
    case Kind::selected:
      return is_selected(context, named);
    case Kind::inboxes:
      return info.role == "inbox";  // others' have no role here
    case Kind::personal:
      return named.owner == context.id();
    case Kind::subscribed:
      return info.subscribed;
    default:
      break;
  }
  return std::ranges::any_of(source.names, [&](const std::string& name) {
    if (info.path == name || (iequals(name, "INBOX") && info.role == "inbox")) return true;
    if (source.kind == Kind::mailboxes) return false;
    const std::string_view path = info.path;
    if (!path.starts_with(name) || path.substr(name.size(), 1) != "/") return false;
    return source.kind == Kind::subtree ||
           path.find(mailstore::kPathSeparator, name.size() + 1) == std::string_view::npos;
  });
}

// Of a mailbox that is not selected, as it is now.
std::unique_ptr<View> view_of(const Context& context, const NamedMailbox& named) {
  auto messages = context.house.mailstore.snapshot(named.owner, named.info.id);
  if (!messages) return nullptr;
  return std::make_unique<View>(named.owner, named.info, true, std::move(messages));
}

// In the words of RFC 7377, 2.1.
std::string mailbox_words(Context& context, const MailboxInfo& info) {
  return " MAILBOX " + context.mailbox_words(info.path) + " UIDVALIDITY " +
         std::to_string(info.uid_validity.value);
}

awaitable<void> search_one(Context& context, const Command& command, const MultiRequest& request,
                           const NamedMailbox& named) {
  const bool selected = is_selected(context, named);
  const auto other = selected ? nullptr : view_of(context, named);
  if (!selected && !other) co_return;
  const View& view = selected ? *context.view : *other;
  const auto found = co_await find_matching(context, view, request.key);
  if (selected && request.save) save_result(context, found, request);
  if (found.empty() || !request.answers()) co_return;
  put_esearch(context.out, command.tag, mailbox_words(context, named.info), view, found, request,
              true, request.uses_modseq());
}

std::optional<Reply> refusal(const Context& context, const MultiRequest& request) {
  const bool only_selected = std::ranges::all_of(
      request.sources, [](const Source& source) { return source.kind == Source::Kind::selected; });
  if (only_selected && !context.view) return Reply::bad("no mailbox is selected");
  if (request.save && !only_selected) return Reply::bad("SAVE is for the selected mailbox only");
  if (request.update) return Reply::bad("UPDATE is for SEARCH and SORT");
  if (request.partial && !only_selected)
    return Reply::bad("PARTIAL is for the selected mailbox only");
  if (!request.knows_charset()) return Reply::no("[BADCHARSET (UTF-8)] search in UTF-8");
  return std::nullopt;
}

}  // namespace

awaitable<Reply> multi_search(Context& context, Command& command) {
  auto& lexer = command.arguments;
  auto request = read_request(context, lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (auto answer = refusal(context, request)) co_return *answer;
  if (request.sources.empty()) request.sources.push_back({Source::Kind::selected, {}});
  for (const auto& named : visible_mailboxes(context)) {
    if (!named.rights.has(mailstore::Right::read)) continue;
    const bool wanted = std::ranges::any_of(
        request.sources, [&](const Source& source) { return is_named(context, source, named); });
    if (!wanted) continue;
    co_await search_one(context, command, request, named);
    if (context.out.wants_flush() && !co_await context.out.flush()) {
      context.closing = true;
      co_return Reply::said();
    }
  }
  co_return Reply::ok("ESEARCH completed");
}

}  // namespace freehold::imap
