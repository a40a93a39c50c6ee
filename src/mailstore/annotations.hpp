#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace freehold::store {
class Transaction;
}

namespace freehold::mailstore {

// An entry that a client keeps about a mailbox or an account (RFC 5464). The mailstore takes names
// as they are; IMAP gives them in lower case.
struct Annotation {
  std::string entry;  // "/shared/comment"
  std::string value;  // any octets
};

struct AnnotationChange {
  std::string entry;
  std::optional<std::string> value;  // nothing: the entry goes
};

// Of one account: small enough to be read and summed up at each change.
constexpr std::size_t kMaxAnnotations = 1000;
constexpr std::size_t kMaxAnnotationBytes = 1 << 20;  // entries and values

// Takes away all under a prefix of their keys.
void erase_annotations(store::Transaction& tx, const std::string& prefix);

}  // namespace freehold::mailstore
