#include "message/date.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/bytes.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

using std::chrono::minutes;

constexpr std::size_t kLongest = 256;
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};

// RFC 5322, 4.3, and a few that are common; the military letters and all others say nothing and
// stand for UTC.
constexpr std::pair<std::string_view, int> kZones[] = {
    {"edt", -4}, {"est", -5},  {"cdt", -5},  {"cst", -6},  {"mdt", -6}, {"mst", -7},  {"pdt", -7},
    {"pst", -8}, {"akdt", -8}, {"akst", -9}, {"hst", -10}, {"bst", 1},  {"wet", 0},   {"west", 1},
    {"cet", 1},  {"mez", 1},   {"met", 1},   {"cest", 2},  {"mesz", 2}, {"mest", 2},  {"eet", 2},
    {"eest", 3}, {"msk", 3},   {"jst", 9},   {"kst", 9},   {"hkt", 8},  {"aest", 10}, {"aedt", 11}};

class DateReader {
 public:
  explicit DateReader(std::string_view value) : in_(value.substr(0, kLongest)) {}

  std::optional<Date> read() {
    while (!in_.at_end()) {
      in_.skip_cfws();
      const char c = in_.peek();
      if (is_digit(c)) {
        read_digits();
      } else if (is_alpha(c)) {
        read_name();
      } else if (has_time_ && (c == '+' || c == '-')) {
        read_offset();
      } else {
        in_.skip();
      }
    }
    return result();
  }

 private:
  std::string_view digits() { return in_.take_while(is_digit); }

  static int number(std::string_view digits) {
    int value = 0;
    for (const char c : digits.substr(0, 6)) value = value * 10 + (c - '0');
    return value;
  }

  void read_digits() {
    const std::string_view text = digits();
    if (in_.peek() == ':' && !has_time_) return read_time(number(text));
    if (text.size() == 4 && day_ == 0 && month_ == 0 && in_.peek() == '-') return read_iso(text);
    if (text.size() <= 2 && day_ == 0) {
      day_ = number(text);
    } else if (!has_year_ && text.size() <= 4) {
      year_ = full_year(text);
      has_year_ = true;
    }
  }

  // RFC 5322, 4.3: two digits are of 1950 to 2049, three are years since 1900.
  static int full_year(std::string_view text) {
    const int year = number(text);
    if (text.size() <= 2) return year + (year < 50 ? 2000 : 1900);
    return text.size() == 3 ? year + 1900 : year;
  }

  void read_iso(std::string_view year) {
    year_ = number(year);
    has_year_ = true;
    in_.skip();
    month_ = number(digits());
    if (in_.take('-')) day_ = number(digits());
    if (ascii_lower(in_.peek()) == 't') in_.skip();
  }

  void read_time(int hour) {
    has_time_ = true;
    hour_ = hour;
    in_.skip();
    minute_ = number(digits());
    if (in_.take(':')) second_ = number(digits());
    if (in_.peek() == '.' || in_.peek() == ',') {
      const std::string_view fraction = in_.rest().substr(1);
      if (!fraction.empty() && is_digit(fraction[0])) {
        in_.skip();
        digits();
      }
    }
  }

  void read_name() {
    const std::string name = to_lower(in_.take_while(is_alpha));
    if (name == "am" || name == "pm") {
      if (hour_ <= 12) hour_ = hour_ % 12 + (name == "pm" ? 12 : 0);
      return;
    }
    for (std::size_t i = 0; i < kMonths.size() && month_ == 0; ++i) {
      if (name.starts_with(kMonths[i])) month_ = static_cast<int>(i) + 1;
    }
    if (!has_time_ || has_offset_) return;
    for (const auto& [zone, hours] : kZones) {
      if (name == zone) offset_ = minutes(hours * 60);
    }
  }

  // "+0200", "-05:30", "+2"
  void read_offset() {
    const bool negative = in_.peek() == '-';
    in_.skip();
    const std::string_view text = digits();
    if (text.empty()) return;
    int hours = number(text);
    int rest = 0;
    if (text.size() > 2) {
      rest = hours % 100;
      hours /= 100;
    } else if (in_.take(':')) {
      rest = number(digits());
    }
    if (has_offset_ || hours > 23 || rest > 59) return;
    has_offset_ = true;
    offset_ = minutes(negative ? -(hours * 60 + rest) : hours * 60 + rest);
  }

  [[nodiscard]] std::optional<Date> result() const {
    namespace chr = std::chrono;
    const chr::year_month_day day{chr::year(year_), chr::month(static_cast<unsigned>(month_)),
                                  chr::day(static_cast<unsigned>(day_))};
    if (!has_time_ || !has_year_ || !day.ok() || year_ < 1900) return std::nullopt;
    if (hour_ > 24 || minute_ > 59 || second_ > 60) return std::nullopt;
    const auto local =
        chr::sys_days(day) + chr::hours(hour_) + minutes(minute_) + chr::seconds(second_);
    return Date{.at = local - offset_, .offset = offset_};
  }

  Scanner in_;
  int year_ = 0, month_ = 0, day_ = 0, hour_ = 0, minute_ = 0, second_ = 0;
  bool has_year_ = false, has_time_ = false, has_offset_ = false;
  minutes offset_{};
};

}  // namespace

std::optional<Date> parse_date(std::string_view value) { return DateReader(value).read(); }

std::string format_date(Time at, minutes offset) {
  namespace chr = std::chrono;
  const auto local = chr::floor<chr::seconds>(at) + offset;
  const auto days = chr::floor<chr::days>(local);
  const chr::year_month_day date(days);
  const chr::hh_mm_ss time(local - days);
  std::string month(kMonths[static_cast<unsigned>(date.month()) - 1]);
  month[0] = ascii_upper(month[0]);
  const int distance = std::abs(static_cast<int>(offset.count()));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %d %s %04d %02d:%02d:%02d %c%02d%02d",
                kWeekdays[chr::weekday(days).c_encoding()].data(),
                static_cast<int>(static_cast<unsigned>(date.day())), month.c_str(),
                static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                offset.count() < 0 ? '-' : '+', distance / 60, distance % 60);
  return text.data();
}

}  // namespace freehold::message
