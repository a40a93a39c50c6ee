#include "imap/notify_request.hpp"

#include "imap/limits.hpp"

namespace freehold::imap {

namespace {

using Of = NotifyGroup::Of;
using NameReader = std::function<std::string(Lexer&)>;

void read_names(Lexer& lexer, NotifyGroup& group, const NameReader& name) {
  lexer.space();
  if (!lexer.skip('(')) {
    group.names.push_back(name(lexer));
    return;
  }
  do group.names.push_back(name(lexer));
  while (lexer.skip(' ') && group.names.size() < kMaxSearchSources);
  lexer.expect(')');
}

void read_filter(Lexer& lexer, NotifyGroup& group, const NameReader& name) {
  const auto word = lexer.keyword();
  if (word == "SELECTED") {
    group.of = Of::selected;
  } else if (word == "SELECTED-DELAYED") {
    group.of = Of::selected_delayed;
  } else if (word == "INBOXES") {
    group.of = Of::inboxes;
  } else if (word == "PERSONAL") {
    group.of = Of::personal;
  } else if (word == "SUBSCRIBED") {
    group.of = Of::subscribed;
  } else if (word == "SUBTREE" || word == "MAILBOXES") {
    group.of = word == "SUBTREE" ? Of::subtree : Of::mailboxes;
    read_names(lexer, group, name);
  } else {
    lexer.fail("these mailboxes are not known to NOTIFY");
  }
}

void read_event(Lexer& lexer, NotifyGroup& group, NotifyRequest& request) {
  const auto event = lexer.keyword();
  if (event == "MESSAGENEW") {
    group.message_new = true;
    if (group.is_selected() && lexer.rest().starts_with(" (")) {
      lexer.space();
      group.fetch = read_fetch_list(lexer);
    }
  } else if (event == "MESSAGEEXPUNGE") {
    group.message_expunge = true;
  } else if (event == "FLAGCHANGE") {
    group.flag_change = true;
  } else if (event == "MAILBOXNAME") {
    group.mailbox_name = true;
  } else if (event == "SUBSCRIPTIONCHANGE") {
    group.subscription_change = true;
  } else if (event == "MAILBOXMETADATACHANGE") {
    group.mailbox_metadata_change = true;
  } else if (event == "SERVERMETADATACHANGE") {
    group.server_metadata_change = true;
  } else {
    request.unknown_event = true;
  }
}

NotifyGroup read_group(Lexer& lexer, NotifyRequest& request, const NameReader& name) {
  NotifyGroup group;
  lexer.expect('(');
  read_filter(lexer, group, name);
  lexer.space();
  if (lexer.word("NONE")) {
    lexer.expect(')');
    return group;
  }
  lexer.expect('(');
  do read_event(lexer, group, request);
  while (lexer.skip(' '));
  lexer.expect(')');
  lexer.expect(')');
  // RFC 5465, 5: numbers cannot be followed by who hears of one of these alone.
  if (group.message_new != group.message_expunge)
    lexer.fail("MessageNew and MessageExpunge go together");
  if (group.flag_change && !group.message_new)
    lexer.fail("FlagChange needs MessageNew and MessageExpunge");
  if (group.is_selected() && (group.mailbox_name || group.subscription_change ||
                              group.mailbox_metadata_change || group.server_metadata_change))
    lexer.fail("only message events are told of the selected mailbox");
  return group;
}

}  // namespace

NotifyRequest read_notify(Lexer& lexer, const NameReader& name) {
  NotifyRequest request;
  lexer.space();
  if (lexer.word("NONE")) {
    request.none = true;
    return request;
  }
  if (!lexer.word("SET")) lexer.fail("NOTIFY is followed by SET or NONE");
  lexer.space();
  if (lexer.word("STATUS")) {
    request.status = true;
    lexer.space();
  }
  do request.groups.push_back(read_group(lexer, request, name));
  while (lexer.skip(' ') && request.groups.size() < kMaxNotifyGroups);
  int selected = 0;
  for (const auto& group : request.groups) selected += group.is_selected() ? 1 : 0;
  if (selected > 1) lexer.fail("the selected mailbox is named twice");
  return request;
}

}  // namespace freehold::imap
