#include <array>
#include <cstdio>
#include <ctime>

#include "base/bytes.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<unsigned> month_of(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (iequals(kMonths[i], name)) return i + 1;
  }
  return std::nullopt;
}

std::optional<unsigned> digits(std::string_view text) {
  const auto number = parse_number(trim(text));
  if (!number || *number > 9999) return std::nullopt;
  return static_cast<unsigned>(*number);
}

}  // namespace

std::string internal_date(Time t) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const int n = std::snprintf(text, sizeof text, "%02d-%s-%04d %02d:%02d:%02d +0000", utc.tm_mday,
                              kMonths[static_cast<std::size_t>(utc.tm_mon)].data(),
                              utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text, static_cast<std::size_t>(n)};
}

// "17-Jul-1996 02:44:25 -0700", the day perhaps with a space before it.
std::optional<Time> parse_internal_date(std::string_view text) {
  if (text.size() != 26) return std::nullopt;
  const auto day = digits(text.substr(0, 2)), year = digits(text.substr(7, 4));
  const auto month = month_of(text.substr(3, 3));
  const auto hour = digits(text.substr(12, 2)), minute = digits(text.substr(15, 2)),
             second = digits(text.substr(18, 2));
  const auto zone_hours = digits(text.substr(22, 2)), zone_minutes = digits(text.substr(24, 2));
  const char sign = text[21];
  if (!day || !month || !year || !hour || !minute || !second || !zone_hours || !zone_minutes)
    return std::nullopt;
  if ((sign != '+' && sign != '-') || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  const auto zone = std::chrono::hours(*zone_hours) + std::chrono::minutes(*zone_minutes);
  const auto local = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                     std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  return sign == '+' ? Time(local - zone) : Time(local + zone);
}

}  // namespace freehold::imap
