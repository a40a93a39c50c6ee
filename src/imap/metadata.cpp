#include "imap/metadata.hpp"

#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "imap/limits.hpp"
#include "imap/session.hpp"
#include "imap/special_use.hpp"

namespace freehold::imap {

namespace {

using Depth = MetadataRequest::Depth;

constexpr std::string_view kPrivate = "/private/";

// RFC 5464, 3.2. "/private" and "/shared" alone hold nothing, but DEPTH looks below them.
bool is_entry(std::string_view name) {
  if (name.size() > kMaxAnnotationName || name.ends_with('/') || name.contains("//")) return false;
  if (std::ranges::any_of(name, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte >= 0x7f || c == '*' || c == '%';
      })) {
    return false;
  }
  for (const std::string_view root : {"/private", "/shared"}) {
    if (name.starts_with(root) && (name.size() == root.size() || name[root.size()] == '/')) {
      return true;
    }
  }
  return false;
}

bool asks_for(const MetadataRequest& request, std::string_view entry) {
  return std::ranges::any_of(request.entries, [&](const std::string& wanted) {
    if (entry == wanted) return true;
    if (request.depth == Depth::zero || entry.size() <= wanted.size() + 1 ||
        !entry.starts_with(wanted) || entry[wanted.size()] != '/') {
      return false;
    }
    return request.depth == Depth::infinity || !entry.substr(wanted.size() + 1).contains('/');
  });
}

// What is there, by entry: annotations, and what the server knows otherwise.
std::map<std::string, std::string> entries_of(const Context& context, const NamedMailbox* mailbox) {
  std::map<std::string, std::string> all;
  const auto id = mailbox == nullptr ? MailboxId() : mailbox->info.id;
  const auto owner = mailbox == nullptr ? context.id() : mailbox->owner;
  for (auto& [stored, value] : context.house.mailstore.annotations(owner, id)) {
    if (const auto entry = shown_entry(context, owner, stored); !entry.empty())
      all.emplace(entry, std::move(value));
  }
  if (mailbox == nullptr) {
    all.emplace("/shared/admin", "mailto:postmaster@" + context.house.settings.hostname);
  } else if (const auto use = use_of_role(mailbox->info.role); !use.empty()) {
    all.emplace(kSpecialUseEntry, use);
  }
  return all;
}

void put_value(Output& out, std::string_view value) {
  if (value.contains('\0')) {
    out << "~{" << value.size() << "}\r\n" << value;
  } else {
    out.string(value);
  }
}

}  // namespace

std::string stored_entry(const Context& context, AccountId owner, std::string_view entry) {
  if (owner == context.id() || !entry.starts_with(kPrivate)) return std::string(entry);
  return std::to_string(context.id().value) + std::string(entry);
}

std::string_view shown_entry(const Context& context, AccountId owner, std::string_view stored) {
  if (stored.starts_with('/'))
    return owner == context.id() || !stored.starts_with(kPrivate) ? stored : std::string_view();
  const auto whose = stored.substr(0, stored.find('/'));
  return whose == std::to_string(context.id().value) ? stored.substr(whose.size())
                                                     : std::string_view();
}

bool may_annotate(mailstore::Rights rights) {
  using mailstore::Right;
  return rights.has(Right::lookup) &&
         rights.has_any(Right::read | Right::seen | Right::write | Right::insert | Right::post);
}

bool at_metadata_options(const Lexer& lexer) {
  return istarts_with(lexer.rest(), "(MAXSIZE ") || istarts_with(lexer.rest(), "(DEPTH ");
}

void read_metadata_options(Lexer& lexer, MetadataRequest& request) {
  lexer.expect('(');
  while (!lexer.failed() && !lexer.skip(')')) {
    const auto option = lexer.keyword();
    lexer.space();
    if (option == "MAXSIZE") {
      request.max_size = lexer.number();
    } else if (option == "DEPTH") {
      const auto depth = lexer.keyword();
      if (depth == "1") {
        request.depth = Depth::one;
      } else if (depth == "INFINITY") {
        request.depth = Depth::infinity;
      } else if (depth != "0") {
        lexer.fail("DEPTH is 0, 1 or infinity");
      }
    } else {
      lexer.fail("this option of GETMETADATA is not known");
    }
    if (lexer.peek() != ')') lexer.space();
  }
}

std::string read_metadata_entry(Lexer& lexer) {
  auto name = to_lower(lexer.astring());
  if (!is_entry(name)) lexer.fail("the name of an entry is not well-formed");
  return name;
}

void read_metadata_entries(Lexer& lexer, MetadataRequest& request) {
  if (!lexer.skip('(')) {
    request.entries.push_back(read_metadata_entry(lexer));
    return;
  }
  do request.entries.push_back(read_metadata_entry(lexer));
  while (lexer.skip(' '));
  lexer.expect(')');
  if (request.entries.size() > kMaxMetadataEntries) lexer.fail("too many entries are asked for");
}

std::uint64_t put_metadata(Context& context, const NamedMailbox* mailbox,
                           const MetadataRequest& request) {
  auto& out = context.out;
  const auto all = entries_of(context, mailbox);
  std::uint64_t longest = 0;
  bool begun = false;
  const auto begin = [&](std::string_view entry) {
    if (!begun) {
      out << "* METADATA ";
      context.put_mailbox_name(mailbox == nullptr ? std::string_view() : mailbox->info.path);
    }
    out << (begun ? " " : " (") << Output::astring_of(entry) << ' ';
    begun = true;
  };
  for (const auto& [entry, value] : all) {
    if (!asks_for(request, entry)) continue;
    if (request.max_size && value.size() > *request.max_size) {
      longest = std::max<std::uint64_t>(longest, value.size());
      continue;
    }
    begin(entry);
    put_value(out, value);
  }
  for (const auto& entry : request.entries) {
    if (request.depth != Depth::zero || all.contains(entry)) continue;
    begin(entry);
    out << "NIL";
  }
  if (begun) out << ")\r\n";
  return longest;
}

std::string long_entries_code(std::uint64_t longest) {
  return longest == 0 ? "" : "[METADATA LONGENTRIES " + std::to_string(longest) + "] ";
}

}  // namespace freehold::imap
