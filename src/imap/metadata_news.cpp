#include "imap/metadata_news.hpp"

#include <map>

#include "imap/metadata.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

MetadataNews::MetadataNews(const Context& context)
    : told_(context.house.mailstore.modseq(context.id())) {}

void MetadataNews::enable(bool mailboxes, bool server) {
  mailboxes_ = mailboxes_ || mailboxes;
  server_ = server_ || server;
}

void MetadataNews::tell(Context& context) {
  tell(context, [this](const auto* mailbox) { return mailbox == nullptr ? server_ : mailboxes_; });
}

void MetadataNews::tell(Context& context, const Wanted& wanted) {
  const auto& store = context.house.mailstore;
  const auto log = mailstore::annotated_since(store.engine().latest(), context.id(), told_);
  told_ = log.last;
  std::map<MailboxId, std::set<std::string>> changed;
  for (const auto& one : log.entries) {
    if (shown_entry(context, context.id(), one.entry).empty()) continue;  // another's own note
    const auto own = own_.find(one);
    if (own != own_.end()) {
      own_.erase(own);
    } else {
      changed[one.mailbox].insert(one.entry);
    }
  }
  for (const auto& [id, entries] : changed) {
    const auto info = id ? store.mailbox(context.id(), id) : std::nullopt;
    if (id && !info) continue;  // gone
    if (!wanted(info ? &*info : nullptr)) continue;
    context.out << "* METADATA ";
    context.put_mailbox_name(info ? std::string_view(info->path) : std::string_view());
    for (const auto& entry : entries) context.out << ' ' << Output::astring_of(entry);
    context.out << "\r\n";
  }
}

}  // namespace freehold::imap
