#include "guard/anomaly.hpp"

#include <algorithm>

#include "guard/limits.hpp"

namespace freehold::guard {

namespace {

// Below these numbers nothing is unusual.
constexpr std::uint32_t kManyMessages = 40;    // in an hour
constexpr std::uint32_t kManyADay = 150;       // in a day
constexpr std::uint32_t kManyRecipients = 40;  // in an hour
constexpr std::uint32_t kManyBounces = 10;     // in an hour
constexpr std::uint32_t kManySpamRefused = 3;  // in an hour
constexpr std::uint32_t kManyNetworks = 3;     // new ones in an hour
constexpr std::uint32_t kTimesTheUsual = 4;
constexpr std::uint32_t kUsualOfNewcomers = 10;  // messages in the busiest hour

bool more_than_percent(std::uint32_t part, std::uint32_t percent, std::uint32_t whole) {
  return std::uint64_t{part} * 100 > std::uint64_t{whole} * percent;
}

std::string number(std::uint32_t n) { return std::to_string(n); }

}  // namespace

bool Suspicion::strong() const { return points >= kPauseAtPoints; }

std::string Suspicion::text() const {
  std::string all;
  for (const auto& reason : reasons) all += (all.empty() ? "" : "; ") + reason;
  return all;
}

Suspicion judge(const SendingPicture& picture) {
  Suspicion out;
  const auto sign = [&out](unsigned points, std::string reason) {
    out.points += points;
    out.reasons.push_back(std::move(reason));
  };
  const auto& hour = picture.hour;
  const auto usual = std::max(picture.usual_busiest_hour, kUsualOfNewcomers);
  if (hour.messages >= kManyMessages && hour.messages > usual * kTimesTheUsual) {
    sign(2, number(hour.messages) +
                " messages in an hour, where its busiest hour of four weeks "
                "had " +
                number(picture.usual_busiest_hour));
  } else if (picture.day.messages >= kManyADay &&
             picture.day.messages >
                 std::max(picture.usual_busiest_day, usual * 2) * kTimesTheUsual) {
    sign(2, number(picture.day.messages) +
                " messages in a day, where its busiest day of four "
                "weeks had " +
                number(picture.usual_busiest_day));
  }
  if (hour.recipients >= kManyRecipients &&
      more_than_percent(hour.new_recipients, 80, hour.recipients)) {
    sign(2, number(hour.new_recipients) + " of " + number(hour.recipients) +
                " recipients in an hour to whom it has never sent before");
  }
  if (hour.bounces >= kManyBounces && more_than_percent(hour.bounces, 15, hour.recipients)) {
    sign(2, number(hour.bounces) + " recipients in an hour that do not exist or refuse it");
  }
  if (hour.refused_as_spam >= kManySpamRefused &&
      more_than_percent(hour.refused_as_spam, 5, hour.recipients)) {
    sign(2, number(hour.refused_as_spam) + " messages in an hour refused as spam elsewhere");
  }
  // Without history every network is new.
  if (picture.days_known > 0 && hour.new_networks > 0) {
    if (hour.new_networks >= kManyNetworks) {
      sign(2,
           "it sends from " + number(hour.new_networks) + " networks at once that are new to it");
    } else {
      sign(1, "it sends from a network that is new to it");
    }
  }
  return out;
}

}  // namespace freehold::guard
