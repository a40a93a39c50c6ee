#include "pop3/maildrop.hpp"

#include <algorithm>

namespace freehold::pop3 {

Maildrop::Maildrop(const mailstore::Mailstore& store, AccountId account,
                   const mailstore::MailboxInfo& inbox)
    : mailbox_(inbox.id), validity_(inbox.uid_validity) {
  const auto hidden = store.hidden_from_pop(account);
  if (const auto snapshot = store.snapshot(account, inbox.id)) {
    messages_.reserve(snapshot->count());
    snapshot->for_each(0, snapshot->count(), [&](std::uint32_t, const auto&, const auto& row) {
      if (std::ranges::binary_search(hidden, row.email)) return;
      messages_.push_back({row.uid, row.email, row.size});
      bytes_ += row.size;
    });
  }
  count_ = messages_.size();
}

Maildrop::Message* Maildrop::find(std::uint64_t number) {
  if (number == 0 || number > messages_.size()) return nullptr;
  auto& message = messages_[static_cast<std::size_t>(number - 1)];
  return message.deleted ? nullptr : &message;
}

std::string Maildrop::unique_id(const Message& message) const {
  return std::to_string(validity_.value) + "-" + std::to_string(message.email.value);
}

void Maildrop::mark(Message& message) {
  message.deleted = true;
  --count_;
  bytes_ -= message.size;
}

void Maildrop::clear_marks() {
  for (auto& message : messages_) {
    if (!message.deleted) continue;
    message.deleted = false;
    ++count_;
    bytes_ += message.size;
  }
}

std::vector<Uid> Maildrop::marked() const {
  std::vector<Uid> uids;
  for (const auto& message : messages_) {
    if (message.deleted) uids.push_back(message.uid);
  }
  return uids;
}

}  // namespace freehold::pop3
