#include <algorithm>
#include <set>

#include "base/bytes.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/mailbox_name.hpp"
#include "imap/metadata.hpp"
#include "imap/session.hpp"
#include "imap/special_use.hpp"

// LIST with RFC 5258's and 5819's options (part of IMAP4rev2), LSUB, NAMESPACE.
namespace freehold::imap {

namespace {

using mailstore::MailboxInfo;

struct ListRequest {
  bool subscribed_only = false;
  bool special_use_only = false;
  bool recursive_match = false;
  bool return_subscribed = false;
  bool return_rights = false;  // RFC 8440
  bool extended = false;       // more than RFC 3501 knew was asked for
  std::string reference;
  std::vector<std::string> patterns;
  std::vector<std::string> status_items;
  std::optional<MetadataRequest> metadata;  // RFC 9590
};

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
    } else if (option == "MYRIGHTS") {
      request.return_rights = true;
    } else if (option == "METADATA") {
      lexer.space();
      request.metadata.emplace();
      if (at_metadata_options(lexer)) {
        read_metadata_options(lexer, *request.metadata);
        lexer.space();
      }
      read_metadata_entries(lexer, *request.metadata);
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

bool has_subscribed_below(const std::vector<NamedMailbox>& all, const MailboxInfo& info) {
  const auto prefix = info.path + mailstore::kPathSeparator;
  return std::ranges::any_of(all, [&](const NamedMailbox& other) {
    return other.info.subscribed && other.info.path.starts_with(prefix);
  });
}

// Adds what stands above a mailbox in its name and is no mailbox, or none that may be known.
void add_parents(const NamedMailbox& mailbox, std::set<std::string, std::less<>>& known,
                 std::vector<NamedMailbox>& all) {
  const std::string_view path = mailbox.info.path;
  for (auto end = path.find(mailstore::kPathSeparator); end != std::string_view::npos;
       end = path.find(mailstore::kPathSeparator, end + 1)) {
    const auto parent = path.substr(0, end);
    if (!known.emplace(parent).second) continue;
    NamedMailbox absent;
    absent.info.path = parent;
    absent.info.subscribed = false;
    absent.info.has_children = true;
    all.push_back(std::move(absent));
  }
}

// All that has a name; what is no mailbox has no id. Parents come before their children.
std::vector<NamedMailbox> all_names(const Context& context) {
  std::vector<NamedMailbox> all;
  std::set<std::string, std::less<>> known;
  for (auto& mailbox : visible_mailboxes(context)) {
    add_parents(mailbox, known, all);
    known.insert(mailbox.info.path);
    all.push_back(std::move(mailbox));
  }
  return all;
}

void put_entry(Context& context, std::string_view word, const ListRequest& request,
               const NamedMailbox& mailbox, bool child_info) {
  auto& out = context.out;
  const auto& info = mailbox.info;
  // RFC 5258, 3.4: \NonExistent says \Noselect too, to those who know it.
  out << "* " << word << " (" << (info.id ? "" : "\\NonExistent \\Noselect ")
      << (info.has_children ? "\\HasChildren" : "\\HasNoChildren");
  if (request.return_subscribed && info.subscribed) out << " \\Subscribed";
  if (const auto use = use_of_role(info.role); !use.empty()) out << ' ' << use;
  out << ") \"/\" ";
  context.put_mailbox_name(info.path);
  if (child_info) out << " (CHILDINFO (\"SUBSCRIBED\"))";
  out << "\r\n";
  if (!info.id) return;
  if (request.return_rights && mailbox.rights.has_any(kRightsToKnow))
    put_my_rights(context, mailbox);
  if (!request.status_items.empty() && mailbox.rights.has(mailstore::Right::read))
    put_status(context, mailbox.owner, info, request.status_items);
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
  const auto all = all_names(context);
  std::uint64_t longest = 0;
  for (const auto& mailbox : all) {
    const auto& info = mailbox.info;
    if (!matches(request, info)) continue;
    if (request.special_use_only && use_of_role(info.role).empty()) continue;
    const bool below = request.recursive_match && has_subscribed_below(all, info);
    if (request.subscribed_only && !info.subscribed && !below) continue;
    put_entry(context, "LIST", request, mailbox, below);
    if (request.metadata && may_annotate(mailbox.rights))
      longest = std::max(longest, put_metadata(context, &mailbox, *request.metadata));
    if (context.out.wants_flush() && !co_await context.out.flush()) {
      context.closing = true;
      co_return Reply::said();
    }
  }
  co_return Reply::ok(long_entries_code(longest) + "LIST completed");
}

awaitable<Reply> lsub(Context& context, Command& command) {
  auto& lexer = command.arguments;
  ListRequest request;
  lexer.space();
  request.reference = context.mailbox_name(lexer);
  lexer.space();
  request.patterns.push_back(read_pattern(context, lexer));
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  const bool one_level = request.patterns.front().contains('%');
  const auto all = all_names(context);
  for (const auto& mailbox : all) {
    const auto& info = mailbox.info;
    if (!matches(request, info)) continue;
    if (info.subscribed) {
      put_entry(context, "LSUB", request, mailbox, false);
    } else if (one_level && has_subscribed_below(all, info)) {
      // RFC 3501, 6.3.9: stands for what is subscribed below it and does not match itself.
      context.out << "* LSUB (\\Noselect \\HasChildren) \"/\" ";
      context.put_mailbox_name(info.path);
      context.out << "\r\n";
    }
  }
  co_return Reply::ok("LSUB completed");
}

awaitable<Reply> name_space(Context& context, Command& command) {
  if (!command.arguments.done()) co_return Reply::bad(command.arguments.error());
  // RFC 2342: one's own, other users', shared.
  context.out << "* NAMESPACE ((\"\" \"/\")) ((\"" << mailstore::kOtherUsers << "/\" \"/\")) ((\""
              << mailstore::kShared << "/\" \"/\"))\r\n";
  co_return Reply::ok("NAMESPACE completed");
}

}  // namespace freehold::imap
