#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailstore/mailstore.hpp"
#include "mailstore/message.hpp"
#include "queue/dispatch.hpp"
#include "smtp/backend.hpp"

namespace freehold::smtp {

// Where a recipient's mail goes, found at RCPT.
struct Resolved final : Target {
  std::string address;  // canonical, of a local one
  directory::Destination destination;
  bool first_time = false;  // submission: the account has never sent to it (guard)
};

// A message on its way into the store and to its recipients.
class IncomingMail final : public Incoming {
 public:
  IncomingMail(Transaction& transaction, mailstore::Mailstore& mailstore,
               queue::Dispatch& dispatch);

  [[nodiscard]] std::optional<Reply> append(std::string_view bytes) override;
  awaitable<std::vector<Reply>> commit() override;

 private:
  [[nodiscard]] std::vector<Reply> replies(const std::vector<Result<>>& results) const;
  [[nodiscard]] std::vector<Reply> for_all(const Reply& reply) const;

  Transaction& transaction_;
  mailstore::Mailstore& mailstore_;
  queue::Dispatch& dispatch_;
  mailstore::Intake intake_;
};

}  // namespace freehold::smtp
