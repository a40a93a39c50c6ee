#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailstore/mailstore.hpp"
#include "mailstore/message.hpp"
#include "queue/dispatch.hpp"
#include "smtp/backend.hpp"
#include "smtp/reception.hpp"
#include "trust/arc.hpp"
#include "trust/complaints.hpp"
#include "trust/dkim_signer.hpp"
#include "trust/examination.hpp"

namespace freehold::smtp {

// Where a recipient's mail goes, found at RCPT.
struct Resolved final : Target {
  std::string address;  // canonical, of a local one
  directory::Destination destination;
  bool takes_reports = false;  // an address of the house for others' reports
  bool first_time = false;     // submission: the account has never sent to it (guard)
};

// A message on its way into the store and to its recipients. While it comes, mail from the world is
// examined and mail of our users is signed.
class IncomingMail final : public Incoming {
 public:
  IncomingMail(Transaction& transaction, std::string trace, const House& house);

  [[nodiscard]] std::optional<Reply> append(std::string_view bytes) override;
  awaitable<std::vector<Reply>> commit() override;

 private:
  [[nodiscard]] std::optional<Reply> begin_body(std::size_t header_size);
  [[nodiscard]] std::optional<Reply> take_body(std::string_view bytes);
  void prepare_examination(const message::Header& header);
  void prepare_signature(const message::Header& header);
  awaitable<std::optional<Reply>> judge(std::shared_ptr<const mailstore::Message> message,
                                        queue::Envelope& envelope,
                                        std::vector<queue::Addressee>& addressees);
  // incoming_milters.cpp: the owner's filters have their say. A reply: it goes no further. They may
  // change header and recipients.
  awaitable<std::optional<Reply>> ask_milters(std::shared_ptr<const mailstore::Message>& message,
                                              queue::Envelope& envelope,
                                              std::vector<queue::Addressee>& addressees);
  // A large one that is not kept after all leaves the disk.
  awaitable<void> forget(std::shared_ptr<const mailstore::Message> message);
  awaitable<std::optional<Reply>> change_header(std::shared_ptr<const mailstore::Message>& message,
                                                std::string block);
  awaitable<void> sign(queue::Envelope& envelope);
  awaitable<Result<>> take_report();
  void note_complaint(const trust::Complaint& complaint);
  void note_sent(const message::Envelope& sent);
  void seal(queue::Envelope& envelope);
  [[nodiscard]] std::optional<std::string> loops_at(const mailstore::Message& message) const;
  [[nodiscard]] std::vector<Reply> replies(const std::vector<Result<>>& results) const;
  [[nodiscard]] std::vector<Reply> for_all(const Reply& reply) const;

  Transaction& transaction_;
  const House& house_;
  std::string trace_;
  mailstore::Intake intake_;
  std::string held_;  // the header until it is complete
  bool body_begun_ = false;
  bool tls_required_no_ = false;
  message::Header header_;      // as it is kept, behind the trace field
  std::size_t text_begin_ = 0;  // of what is kept: behind the header and the empty line

  std::optional<trust::Examination> examination_;  // mail from the world
  std::optional<trust::BodyHashes> sealed_body_;   // of mail that leads on to elsewhere
  std::optional<trust::ArcSealer> sealer_;
  trust::ArcChain chain_;  // what it is to be sealed with
  std::string results_;
  std::string forwarded_by_;                 // the domain whose alias leads on
  std::optional<trust::DkimSigner> signer_;  // mail of our users
  std::optional<std::string> report_;        // the whole text, for an address of reports
};

}  // namespace freehold::smtp
