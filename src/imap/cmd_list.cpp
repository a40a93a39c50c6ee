#include <algorithm>

#include "base/bytes.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/session.hpp"

// LIST with RFC 5258's and 5819's options (part of IMAP4rev2), LSUB, NAMESPACE.
namespace freehold::imap {

namespace {

using mailstore::MailboxInfo;

struct ListRequest {
  bool subscribed_only = false;
  bool special_use_only = false;
  bool recursive_match = false;
  bool return_subscribed = false;
  bool extended = false;  // more than RFC 3501 knew was asked for
  std::string reference;
  std::vector<std::string> patterns;
  std::vector<std::string> status_items;
};

// RFC 6154, by RFC 8621's roles.
std::string_view special_use(std::string_view role) {
  if (role == "drafts") return "\\Drafts";
  if (role == "sent") return "\\Sent";
  if (role == "trash") return "\\Trash";
  if (role == "junk") return "\\Junk";
  if (role == "archive") return "\\Archive";
  return {};
}

void read_selection(Lexer& lexer, ListRequest& request) {
  request.extended = true;
  while (!lexer.failed() && !lexer.skip(')')) {
    const auto option = lexer.keyword();
    if (option == "SUBSCRIBED")
      request.subscribed_only = request.return_subscribed = true;
    else if (option == "SPECIAL-USE")
      request.special_use_only = true;
    else if (option == "RECURSIVEMATCH")
      request.recursive_match = true;
    else if (option != "REMOTE")
      lexer.fail("this selection option of LIST is not known");
    if (lexer.peek() != ')') lexer.space();
  }
}

void read_return(Lexer& lexer, ListRequest& request) {
  request.extended = true;
  lexer.space();
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    const auto option = lexer.keyword();
    if (option == "SUBSCRIBED") {
      request.return_subscribed = true;
    } else if (option == "STATUS") {
      lexer.space();
      request.status_items = read_status_items(lexer);
    } else if (option != "CHILDREN" && option != "SPECIAL-USE") {
      lexer.fail("this return option of LIST is not known");
    }
    if (lexer.peek() != ')') lexer.space();
  }
}

std::string read_pattern(Context& context, Lexer& lexer) {
  auto text = lexer.list_mailbox();
  if (context.utf8) return text;
  return from_modified_utf7(text).value_or(text);
}

ListRequest read_request(Context& context, Lexer& lexer) {
  ListRequest request;
  lexer.space();
  if (lexer.skip('(')) {
    read_selection(lexer, request);
    lexer.space();
  }
  request.reference = context.mailbox_name(lexer);
  lexer.space();
  if (lexer.skip('(')) {
    request.extended = true;
    while (!lexer.failed() && !lexer.skip(')')) {
      request.patterns.push_back(read_pattern(context, lexer));
      if (lexer.peek() != ')') lexer.space();
    }
  } else {
    request.patterns.push_back(read_pattern(context, lexer));
  }
  if (lexer.skip(' ')) {
    if (!lexer.word("RETURN")) lexer.fail("RETURN is missing");
    read_return(lexer, request);
  }
  return request;
}

bool matches(const ListRequest& request, const MailboxInfo& info) {
  return std::ranges::any_of(request.patterns, [&](const std::string& pattern) {
    return matches_pattern(request.reference + pattern, info.path);
  });
}

bool has_subscribed_below(const std::vector<MailboxInfo>& all, const MailboxInfo& info) {
  const auto prefix = info.path + mailstore::kPathSeparator;
  return std::ranges::any_of(
      all, [&](const auto& other) { return other.subscribed && other.path.starts_with(prefix); });
}

void put_entry(Context& context, std::string_view word, const ListRequest& request,
               const MailboxInfo& info, bool child_info) {
  auto& out = context.out;
  out << "* " << word << " (" << (info.has_children ? "\\HasChildren" : "\\HasNoChildren");
  if (request.return_subscribed && info.subscribed) out << " \\Subscribed";
  if (const auto use = special_use(info.role); !use.empty()) out << ' ' << use;
  out << ") \"/\" ";
  context.put_mailbox_name(info.path);
  if (child_info) out << " (CHILDINFO (\"SUBSCRIBED\"))";
  out << "\r\n";
  if (!request.status_items.empty()) put_status(context, info, request.status_items);
}

}  // namespace

awaitable<Reply> list(Context& context, Command& command) {
  auto& lexer = command.arguments;
  const auto request = read_request(context, lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  if (request.recursive_match && !request.subscribed_only) {
    co_return Reply::bad("RECURSIVEMATCH needs SUBSCRIBED beside it");
  }
  // An empty pattern asks for the separator only (RFC 9051, 6.3.9).
  if (request.patterns.size() == 1 && request.patterns.front().empty() && !request.extended) {
    context.out << "* LIST (\\Noselect) \"/\" \"\"\r\n";
    co_return Reply::ok("LIST completed");
  }
  const auto all = context.house.mailstore.mailboxes(context.id());
  for (const auto& info : all) {
    if (!matches(request, info)) continue;
    if (request.special_use_only && special_use(info.role).empty()) continue;
    const bool below = request.recursive_match && has_subscribed_below(all, info);
    if (request.subscribed_only && !info.subscribed && !below) continue;
    put_entry(context, "LIST", request, info, below);
    if (context.out.wants_flush() && !co_await context.out.flush()) {
      context.closing = true;
      co_return Reply::said();
    }
  }
  co_return Reply::ok("LIST completed");
}

awaitable<Reply> lsub(Context& context, Command& command) {
  auto& lexer = command.arguments;
  ListRequest request;
  lexer.space();
  request.reference = context.mailbox_name(lexer);
  lexer.space();
  request.patterns.push_back(read_pattern(context, lexer));
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  for (const auto& info : context.house.mailstore.mailboxes(context.id())) {
    if (info.subscribed && matches(request, info)) put_entry(context, "LSUB", request, info, false);
  }
  co_return Reply::ok("LSUB completed");
}

awaitable<Reply> name_space(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  context.out << "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n";
  co_return Reply::ok("NAMESPACE completed");
}

}  // namespace freehold::imap
