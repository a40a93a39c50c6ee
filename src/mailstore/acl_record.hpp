#pragma once

#include "mailstore/rights.hpp"
#include "store/reader.hpp"

namespace freehold::schema {
class Acl;
}

namespace freehold::mailstore {

// The Acl of a mailbox as it stands in the store.
[[nodiscard]] Acl read_acl(const store::Reader& reader, AccountId account, MailboxId mailbox);
[[nodiscard]] Acl acl_of(const schema::Acl& record);

}  // namespace freehold::mailstore
