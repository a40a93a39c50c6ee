#include "imap/labels.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "imap/mailbox_name.hpp"

namespace freehold::imap {

namespace {

std::string label_of(const mailstore::MailboxInfo& info) {
  if (info.role.empty()) return info.path;
  std::string label = "\\" + info.role;
  label[1] = ascii_upper(label[1]);
  return label;
}

}  // namespace

std::optional<MailboxId> mailbox_of_label(const std::vector<mailstore::MailboxInfo>& all,
                                          std::string_view label) {
  const auto path = from_modified_utf7(label).value_or(std::string(label));
  for (const auto& info : all) {
    if (info.path == path || iequals(label_of(info), label)) return info.id;
  }
  return std::nullopt;
}

std::vector<std::string> labels_of(const mailstore::Mailstore& store, AccountId account,
                                   EmailId email, MailboxId here,
                                   const std::vector<mailstore::MailboxInfo>& all) {
  std::vector<std::string> labels;
  for (const auto place : store.places_of(account, email)) {
    if (place == here) continue;
    const auto info = std::ranges::find(all, place, &mailstore::MailboxInfo::id);
    if (info != all.end()) labels.push_back(label_of(*info));
  }
  return labels;
}

}  // namespace freehold::imap
