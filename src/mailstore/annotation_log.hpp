#pragma once

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "store/reader.hpp"

namespace freehold::mailstore {

struct AnnotatedEntry {
  MailboxId mailbox;  // 0: the account itself
  std::string entry;
  auto operator<=>(const AnnotatedEntry&) const = default;
};

// The annotations that were set or removed after a modseq, as the change log has them: an entry
// stands as often as it was changed.
struct AnnotationLog {
  std::vector<AnnotatedEntry> entries;
  ModSeq last;  // up to here the log was read
};
[[nodiscard]] AnnotationLog annotated_since(const store::Reader& reader, AccountId account,
                                            ModSeq since);

}  // namespace freehold::mailstore
