#include "smtp/paused_mail.hpp"

#include "base/log.hpp"
#include "message/builder.hpp"

namespace freehold::smtp {

namespace {

std::string words(const directory::AccountInfo& account, const std::string& reason,
                  std::size_t held) {
  return "The account " + account.name +
         " suddenly sends like one that somebody else has the password of:\n\n    " + reason +
         ".\n\nIt may not send any more, and " + std::to_string(held) +
         " of its messages that were on their way out are held. Nothing is lost. Mail that comes "
         "in is not touched.\n\nIf you did not send these messages, change the password, and "
         "remove app passwords that you do not know. Then the owner of this mail system can look "
         "at what is held (freehold queue list), remove what is not yours, and release the rest:"
         "\n\n    freehold account release " +
         account.name + "\n";
}

message::Addresses mailbox(std::string_view name, std::string_view address) {
  return message::parse_addresses("\"" + std::string(name) + "\" <" + std::string(address) + ">");
}

}  // namespace

awaitable<Result<std::size_t>> QueuedPausedMail::hold(AccountId account) {
  co_return co_await queue_.act_on_account(queue::Act::hold, account);
}

awaitable<Result<std::size_t>> QueuedPausedMail::release(AccountId account) {
  co_return co_await queue_.act_on_account(queue::Act::release, account);
}

// From <>, as all that the house itself writes: nobody answers it automatically.
awaitable<void> QueuedPausedMail::tell(directory::AccountInfo account, std::string reason,
                                       std::size_t held) {
  const auto domain = account.name.substr(account.name.rfind('@') + 1);
  const auto postmaster = "postmaster@" + domain;
  message::HeaderWriter fields;
  fields.date("Date", clock_.now())
      .addresses("From", mailbox("Freehold", "postmaster@" + domain))
      .raw("To", account.name + ", " + postmaster)
      .text("Subject", "Sending is paused for " + account.name)
      .raw("Message-ID", "<" + message::make_message_id(hostname_) + ">")
      .raw("Auto-Submitted", "auto-generated");
  mailstore::Intake intake(mailstore_.engine());
  const auto text =
      message::build_message(fields, message::Entity::text(words(account, reason, held)));
  if (!intake.append(text)) co_return;
  const auto made = co_await intake.finish(mailstore_.pool());
  if (!made) {
    log::error("guard.not_told", {{"error", made.error().text()}});
    co_return;
  }
  std::vector<queue::Addressee> addressees;
  for (const auto& to : {account.name, postmaster}) {
    const auto address = directory::Address::parse(to);
    auto resolved = address ? directory_.resolve(*address) : directory::Directory::Resolved();
    // The user often is the postmaster; once is enough.
    for (const auto& earlier : addressees) {
      std::erase_if(resolved.destination.local, [&](const auto& local) {
        return !earlier.destination.local.empty() &&
               earlier.destination.local.front().account == local.account;
      });
    }
    if (resolved.destination.empty()) continue;
    queue::Addressee addressee;
    addressee.recipient = {to, {}, queue::kNotifyNever};
    addressee.destination = std::move(resolved.destination);
    addressees.push_back(std::move(addressee));
  }
  const auto results = co_await dispatch_.deliver(*made, {}, std::move(addressees));
  for (const auto& result : results) {
    if (!result) log::error("guard.not_told", {{"error", result.error().text()}});
  }
}

void note_outcomes(guard::Sending& sending, const queue::Job& job,
                   const std::vector<queue::Outcome>& outcomes) {
  std::uint32_t bounces = 0;
  std::uint32_t refused_as_spam = 0;
  for (const auto& outcome : outcomes) {
    // A host has to have said it: what we gave up ourselves tells nothing of the message.
    if (outcome.state != queue::Outcome::State::failed || outcome.host.empty()) continue;
    ++bounces;
    if (outcome.status.starts_with("5.7.")) ++refused_as_spam;  // RFC 3463: security or policy
  }
  sending.note_outcomes(job.envelope.account, bounces, refused_as_spam);
}

}  // namespace freehold::smtp
