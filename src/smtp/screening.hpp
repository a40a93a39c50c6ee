#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/awaitable.hpp"
#include "filter/screen.hpp"
#include "queue/dispatch.hpp"
#include "smtp/backend.hpp"
#include "smtp/reception.hpp"
#include "trust/authentication_results.hpp"
#include "trust/disposition.hpp"

namespace freehold::smtp {

// What trust found out about a message that the spam filter is to judge.
struct Examined {
  trust::AuthenticationResults results;
  trust::Disposition disposition;
};

// Asks the spam filter. A reply: the message is refused or deferred for all its recipients. Else
// the addressees' local copies know where they belong.
awaitable<std::optional<Reply>> screen(const House& house, const Transaction& transaction,
                                       std::shared_ptr<const mailstore::Message> message,
                                       Examined examined,
                                       std::vector<queue::Addressee>& addressees);

}  // namespace freehold::smtp
