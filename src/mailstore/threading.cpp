#include "mailstore/threading.hpp"

#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

ThreadId find_thread(const store::Transaction& tx, AccountId account, const ThreadKeys& message) {
  for (const auto hash : message.ids) {
    const auto link = store::read<schema::ThreadLink>(tx, keys::thread(account, hash));
    if (link && link->subject_hash() == message.subject) return ThreadId(link->thread());
  }
  return {};
}

void note_thread(store::Transaction& tx, AccountId account, const ThreadKeys& message,
                 ThreadId thread) {
  schema::ThreadLink link;
  link.set_thread(thread.value);
  link.set_subject_hash(message.subject);
  for (const auto hash : message.ids) {
    auto key = keys::thread(account, hash);
    if (!tx.get(key)) tx.put(std::move(key), link.SerializeAsString());
  }
}

}  // namespace freehold::mailstore
