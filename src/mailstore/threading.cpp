#include "mailstore/threading.hpp"

#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

FoundThread find_thread(const store::Transaction& tx, AccountId account,
                        const ThreadKeys& message) {
  FoundThread found;
  for (const auto hash : message.ids) {
    const auto link = store::read<schema::ThreadLink>(tx, keys::thread(account, hash));
    if (!link) {
      found.new_ids.push_back(hash);
    } else if (!found.thread && link->subject_hash() == message.subject) {
      found.thread = ThreadId(link->thread());
    }
  }
  return found;
}

void note_thread(store::Transaction& tx, AccountId account, const FoundThread& found,
                 std::uint64_t subject, ThreadId thread) {
  schema::ThreadLink link;
  link.set_thread(thread.value);
  link.set_subject_hash(subject);
  for (const auto hash : found.new_ids)
    tx.put(keys::thread(account, hash), link.SerializeAsString());
}

}  // namespace freehold::mailstore
