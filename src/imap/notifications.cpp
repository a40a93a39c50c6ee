#include "imap/notifications.hpp"

#include <algorithm>

#include "imap/limits.hpp"
#include "imap/metadata_news.hpp"

namespace freehold::imap {

namespace {

using Of = NotifyGroup::Of;
using mailstore::MailboxInfo;

bool is_own(const Context& context, const NamedMailbox& mailbox) {
  return mailbox.owner == context.id();
}

bool is_in(const NotifyGroup& group, const MailboxInfo& info, bool own) {
  const auto named = [&](const std::string& name) { return info.path == name; };
  const auto below = [&](const std::string& name) {
    return named(name) || info.path.starts_with(name + mailstore::kPathSeparator);
  };
  switch (group.of) {
    case Of::inboxes:
      return own && info.role == "inbox";
    case Of::personal:
      return own;
    case Of::subscribed:
      return info.subscribed;
    case Of::subtree:
      return std::ranges::any_of(group.names, below);
    case Of::mailboxes:
      return std::ranges::any_of(group.names, named);
    case Of::selected:
    case Of::selected_delayed:
      break;
  }
  return false;
}

// Whether mailboxes of others may be in it.
bool reaches_others(const NotifyGroup& group) {
  return group.of == Of::subscribed || std::ranges::any_of(group.names, [](std::string_view name) {
           const auto root = name.substr(0, name.find(mailstore::kPathSeparator));
           return root == mailstore::kShared || root == mailstore::kOtherUsers;
         });
}

bool is_selected(const Context& context, const NamedMailbox& mailbox) {
  return context.view && context.view->account() == mailbox.owner &&
         context.view->mailbox() == mailbox.info.id;
}

// RFC 5465, 5: of messages hears who may read them.
void put_status(Context& context, const NamedMailbox& mailbox) {
  if (!mailbox.rights.has(mailstore::Right::read)) return;
  std::vector<std::string> items{"MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN"};
  if (context.condstore) items.emplace_back("HIGHESTMODSEQ");
  put_status(context, mailbox.owner, mailbox.info, items);
}

void put_list(Context& context, std::string_view attributes, std::string_view path,
              std::string_view old_path = {}) {
  context.out << "* LIST (" << attributes << ") \"/\" ";
  context.put_mailbox_name(path);
  if (!old_path.empty())
    context.out << " (\"OLDNAME\" (" << context.mailbox_words(old_path) << "))";
  context.out << "\r\n";
}

}  // namespace

Notifications::Notifications(Context& context, NotifyRequest request, const Home& home)
    : request_(std::move(request)), home_(home) {
  const bool of_metadata = std::ranges::any_of(request_.groups, [](const auto& group) {
    return group.mailbox_metadata_change || group.server_metadata_change;
  });
  if (context.view) arrived_upto_ = Uid(context.view->largest_uid());
  if (of_metadata && !context.metadata_news)
    context.metadata_news = std::make_shared<MetadataNews>(context);
  listen_to(context, context.id());
  for (const auto& mailbox : heard_of(context)) {
    listen_to(context, mailbox.owner);
    told_.emplace(mailbox.id(), told_of(mailbox.info));
    const auto* group = group_of(context, mailbox);
    if (request_.status && group != nullptr && group->messages() && !is_selected(context, mailbox))
      put_status(context, mailbox);
  }
}

// Its own, and others' only when the request may mean some of them.
std::vector<NamedMailbox> Notifications::heard_of(const Context& context) const {
  if (std::ranges::any_of(request_.groups, reaches_others)) return visible_mailboxes(context);
  return own_mailboxes(context);
}

void Notifications::listen_to(Context& context, AccountId account) {
  if (wakeups_.contains(account)) return;
  wakeups_.emplace(account, Wakeup(context.house.mailstore, account, home_, context.stream));
}

Notifications::Told Notifications::told_of(const MailboxInfo& info) {
  return {info.path, info.subscribed, info.uid_next, info.emails, info.highest_modseq};
}

// The first that names it counts (RFC 5465, 6).
const NotifyGroup* Notifications::group_of(const Context& context,
                                           const NamedMailbox& mailbox) const {
  const bool own = is_own(context, mailbox);
  const auto found = std::ranges::find_if(
      request_.groups, [&](const auto& group) { return is_in(group, mailbox.info, own); });
  return found == request_.groups.end() ? nullptr : &*found;
}

const NotifyGroup* Notifications::group_of_selected() const {
  const auto found = std::ranges::find_if(request_.groups, &NotifyGroup::is_selected);
  return found == request_.groups.end() ? nullptr : &*found;
}

void Notifications::tell_mailbox(Context& context, const NamedMailbox& mailbox, Told& told) {
  const auto& info = mailbox.info;
  const auto* group = group_of(context, mailbox);
  const auto before = std::exchange(told, told_of(info));
  if (group == nullptr) return;
  if (group->mailbox_name && before.path != info.path)
    put_list(context, info.subscribed ? "\\Subscribed" : "", info.path, before.path);
  else if (group->subscription_change && before.subscribed != info.subscribed)
    put_list(context, info.subscribed ? "\\Subscribed" : "", info.path);
  if (is_selected(context, mailbox)) return;
  if (before.modseq == info.highest_modseq) return;
  const auto arrived = info.uid_next.value - before.uid_next.value;
  const bool expunged = info.emails < before.emails + arrived;
  if ((group->message_new && arrived > 0) || (group->message_expunge && expunged) ||
      (group->flag_change && arrived == 0 && !expunged)) {
    put_status(context, mailbox);
  }
}

void Notifications::tell_new_mailbox(Context& context, const NamedMailbox& mailbox) {
  listen_to(context, mailbox.owner);
  told_.emplace(mailbox.id(), told_of(mailbox.info));
  const auto* group = group_of(context, mailbox);
  if (group == nullptr) return;
  if (group->mailbox_name)
    put_list(context, mailbox.info.subscribed ? "\\Subscribed" : "", mailbox.info.path);
  if (group->messages() && mailbox.info.emails > 0) put_status(context, mailbox);
}

void Notifications::tell_others(Context& context) {
  tell_metadata(context);
  auto gone = told_;
  for (const auto& mailbox : heard_of(context)) {
    gone.erase(mailbox.id());
    if (const auto known = told_.find(mailbox.id()); known != told_.end())
      tell_mailbox(context, mailbox, known->second);
    else
      tell_new_mailbox(context, mailbox);
  }
  for (const auto& [id, last] : gone) {
    NamedMailbox mailbox{id.owner, {}, {}, {}};
    mailbox.info.path = last.path;
    mailbox.info.subscribed = last.subscribed;
    const auto* group = group_of(context, mailbox);
    if (group != nullptr && group->mailbox_name) put_list(context, "\\NonExistent", last.path);
    told_.erase(id);
  }
}

void Notifications::tell_metadata(Context& context) {
  if (!context.metadata_news) return;
  context.metadata_news->tell(context, [&](const MailboxInfo* info) {
    if (info == nullptr)
      return std::ranges::any_of(request_.groups, &NotifyGroup::server_metadata_change);
    const auto* group = group_of(context, {context.id(), *info, info->path, {}});
    return group != nullptr && group->mailbox_metadata_change;
  });
}

awaitable<IoResult<>> Notifications::tell_selected(Context& context) {
  const auto* group = group_of_selected();
  if (!context.view || group == nullptr || !group->messages()) co_return IoResult<>();
  // Delayed: what shifts sequence numbers waits for a command that may (RFC 5465, 6.2).
  // The watch that has woken us may be older than the mailbox's own, which sets this a moment
  // later.
  context.changed->store(true, std::memory_order_release);
  const bool wait = group->of == Of::selected_delayed && !context.uid_only;
  context.tell_news(wait ? Context::Expunges::wait : Context::Expunges::tell);
  co_return co_await tell_arrived(context);
}

bool Notifications::fetches_arrived() const {
  const auto* group = group_of_selected();
  return group != nullptr && group->message_new && group->fetch;
}

awaitable<IoResult<>> Notifications::tell_arrived(Context& context) {
  if (!context.view || context.closing) co_return IoResult<>();
  const Uid newest(context.view->largest_uid());
  const auto known = std::exchange(arrived_upto_, newest).value_or(newest);
  if (known >= newest || !fetches_arrived()) co_return IoResult<>();
  const auto& request = *group_of_selected()->fetch;
  for (auto i = context.view->messages().upper_bound(known); i < context.view->count(); ++i) {
    if (auto put = co_await put_fetched(context, i, request); !put) co_return put;
  }
  co_return IoResult<>();
}

awaitable<IoResult<>> Notifications::tell(Context& context) {
  tell_others(context);
  co_return co_await tell_selected(context);
}

}  // namespace freehold::imap
