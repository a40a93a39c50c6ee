#include <algorithm>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "smtp/incoming_mail.hpp"
#include "smtp/milter_checks.hpp"

namespace freehold::smtp {

namespace {

// A message's text behind its header as it was just stored: read in pieces, so that a large one
// takes no memory.
class StoredText final : public filter::milter::Body {
 public:
  StoredText(mailstore::Mailstore& mailstore, const store::IncomingBody& body, std::size_t begin)
      : mailstore_(mailstore), body_(body), begin_(begin), at_(begin) {}

  void rewind() override { at_ = begin_; }
  awaitable<std::string> next() override {
    std::string piece;
    if (!body_.bulk) {
      piece = body_.bytes().substr(std::min(at_, body_.bytes().size()));
    } else {
      piece = co_await mailstore_.pool().run(
          [this] { return store::BodyReader::of(mailstore_.engine().latest(), body_).read(at_); });
    }
    at_ += piece.size();
    co_return piece;
  }

 private:
  mailstore::Mailstore& mailstore_;
  const store::IncomingBody& body_;
  std::size_t begin_;
  std::size_t at_;
};

bool is_among(const std::vector<std::string>& removed, const queue::Addressee& addressee) {
  const auto path = "<" + addressee.recipient.address + ">";
  return std::ranges::any_of(removed,
                             [&path](const std::string& gone) { return iequals(gone, path); });
}

}  // namespace

awaitable<std::optional<Reply>> IncomingMail::ask_milters(
    std::shared_ptr<const mailstore::Message>& message, queue::Envelope& envelope,
    std::vector<queue::Addressee>& addressees) {
  auto* milters = milters_of(transaction_.peer);
  if (milters == nullptr) co_return std::nullopt;
  const auto came = message;
  StoredText text(house_.mailstore, came->body, text_begin_);
  Filtered said =
      co_await milters->message(transaction_, header_.raw().substr(trace_.size()), text);
  if (!said.reply && said.header) {
    said.reply = co_await change_header(message, std::move(*said.header));
  }
  if (said.reply || message != came) co_await forget(came);
  if (said.reply) co_return said.reply;
  envelope.prefix += said.added + said.quarantine;
  envelope.junk = envelope.junk || !said.quarantine.empty();
  std::erase_if(addressees, [&](const auto& each) { return is_among(said.removed, each); });
  if (addressees.empty()) co_return Reply(250, {2, 0, 0}, "kept as " + transaction_.id);
  co_return std::nullopt;
}

awaitable<void> IncomingMail::forget(std::shared_ptr<const mailstore::Message> message) {
  if (!message->body.bulk) co_return;
  auto& engine = house_.mailstore.engine();
  co_await house_.mailstore.pool().run([&] { store::forget(engine, message->body); });
}

// The bytes that are kept change, so they are taken in anew; what they were when they came was
// examined already. Signatures and seals are made of the new header.
awaitable<std::optional<Reply>> IncomingMail::change_header(
    std::shared_ptr<const mailstore::Message>& message, std::string block) {
  StoredText text(house_.mailstore, message->body, text_begin_);
  const std::string_view line = text_begin_ > header_.raw().size() ? "\r\n" : "";
  header_ = message::Header(trace_ + block);
  if (signer_) signer_->header(header_);
  mailstore::Intake changed(house_.mailstore.engine());
  Result<> taken = changed.append(header_.raw());
  if (taken) taken = changed.append(line);
  while (taken) {
    const auto piece = co_await text.next();
    if (piece.empty()) break;
    taken = changed.append(piece);
  }
  if (!taken) co_return Reply(451, {4, 3, 0}, taken.error().what);
  auto again = co_await changed.finish(house_.mailstore.pool());
  if (!again) co_return Reply(451, {4, 3, 0}, again.error().what);
  message = std::move(*again);
  co_return std::nullopt;
}

}  // namespace freehold::smtp
