#include "smtp/screening.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "directory/address.hpp"

namespace freehold::smtp {

namespace {

constexpr std::size_t kLoggedReasons = 6;

bool is_for_postmaster(const Transaction& transaction) {
  return std::ranges::any_of(transaction.recipients, [](const Recipient& recipient) {
    return iequals(recipient.path.local_part, "postmaster") ||
           iequals(recipient.path.local_part, "abuse");
  });
}

// One for each local copy, and one for what only passes through.
std::vector<filter::Receiver> receivers_of(const std::vector<queue::Addressee>& addressees) {
  std::vector<filter::Receiver> receivers;
  for (const auto& addressee : addressees) {
    for (const auto& local : addressee.destination.local) {
      receivers.push_back({local.account, local.address});
    }
    if (addressee.destination.local.empty() && !addressee.destination.remote.empty()) {
      receivers.push_back({AccountId(), addressee.recipient.address});
    }
  }
  return receivers;
}

std::string words_of(const filter::Assessment& assessment, std::size_t most) {
  std::string words;
  for (const auto& reason : assessment.reasons) {
    if (most-- == 0) break;
    words += (words.empty() ? "" : ",") + reason.name;
  }
  return words;
}

void log_screened(const Transaction& transaction, const filter::Screened& screened,
                  const std::vector<filter::Receiver>& receivers) {
  for (std::size_t i = 0; i < screened.each.size(); ++i) {
    const auto& one = screened.each[i];
    log::info("filter.judged", {{"session", transaction.peer.session},
                                {"message", transaction.id},
                                {"recipient", receivers[i].address},
                                {"score", one.score},
                                {"decision", filter::decision_name(one.decision)},
                                {"reasons", words_of(one, kLoggedReasons)}});
  }
}

void count(filter::Decision decision) {
  static auto& inbox = metrics::counter("freehold_filter_messages_total",
                                        "Messages that were judged", "decision=inbox");
  static auto& junk = metrics::counter("freehold_filter_messages_total",
                                       "Messages that were judged", "decision=junk");
  static auto& refused = metrics::counter("freehold_filter_messages_total",
                                          "Messages that were judged", "decision=refuse");
  static auto& deferred = metrics::counter("freehold_filter_messages_total",
                                           "Messages that were judged", "decision=greylist");
  switch (decision) {
    case filter::Decision::inbox:
      return inbox.add();
    case filter::Decision::junk:
      return junk.add();
    case filter::Decision::refuse:
      return refused.add();
    case filter::Decision::greylist:
      return deferred.add();
  }
}

Reply refusal(const filter::Assessment& worst, const Recipient& first) {
  return {550,
          {5, 7, 1},
          "it looks like spam (" + words_of(worst, 3) + "); if it is none, write to postmaster@" +
              first.path.domain};
}

Reply come_back(std::chrono::seconds wait) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(wait).count();
  return {451,
          {4, 7, 1},
          "you are not known here yet, try again in " + std::to_string(minutes) +
              (minutes == 1 ? " minute" : " minutes")};
}

}  // namespace

awaitable<std::optional<Reply>> screen(const House& house, const Transaction& transaction,
                                       std::shared_ptr<const mailstore::Message> message,
                                       Examined examined,
                                       std::vector<queue::Addressee>& addressees) {
  const auto& client = transaction.peer.endpoint.address;
  const auto receivers = receivers_of(addressees);
  filter::Arrival arrival{std::move(message), std::move(examined.results), client};
  arrival.arc_trusted = examined.disposition.exception == "trusted_forwarder";
  arrival.from_inside = house.guards.bans.is_exempt(client);
  arrival.for_postmaster = is_for_postmaster(transaction);
  arrival.receivers = receivers;
  const auto screened = co_await house.screen->judge(std::move(arrival));
  log_screened(transaction, screened, receivers);
  if (screened.decision == filter::Decision::greylist) {
    count(screened.decision);
    co_return come_back(screened.wait);
  }
  if (screened.decision == filter::Decision::refuse) {
    count(screened.decision);
    house.guards.bans.offend(client, guard::Offence::spam_refused);
    co_return refusal(screened.each.front(), transaction.recipients.front());
  }
  auto assessment = screened.each.begin();
  for (auto& addressee : addressees) {
    for (std::size_t i = 0; i < addressee.destination.local.size(); ++i, ++assessment) {
      const bool junk = assessment->decision == filter::Decision::junk;
      count(assessment->decision);
      addressee.sorting.push_back({junk, filter::spam_field(*assessment, house.screen->limits())});
    }
    if (addressee.destination.local.empty() && !addressee.destination.remote.empty()) ++assessment;
  }
  co_return std::nullopt;
}

}  // namespace freehold::smtp
