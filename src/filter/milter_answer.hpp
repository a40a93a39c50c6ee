#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

// What a filter answers, read from its bytes and checked: nothing of it can make a reply or a
// header field of its own. Pure.
namespace freehold::filter::milter {

// A refusal as SMTP has it. The lines are printable.
struct Refusal {
  int code = 0;                           // 4xx or 5xx
  std::array<std::uint16_t, 3> status{};  // RFC 3463; its class is the code's
  std::vector<std::string> lines;

  bool operator==(const Refusal&) const = default;
};

struct HeaderChange {
  enum class What : std::uint8_t {
    add,     // a field somewhere
    insert,  // a field behind so many others
    change,  // the index-th field of that name, from 1; an empty value removes it
  };
  What what = What::add;
  std::uint32_t index = 0;
  std::string name;
  std::string value;  // as it was sent: with its folds

  bool operator==(const HeaderChange&) const = default;
};

struct Answer {
  enum class Kind : std::uint8_t {
    go_on,
    accept,    // whatever else comes of the message, or of the session
    discard,   // accept and let go
    refuse,    // all of reject, tempfail, replycode, shutdown
    progress,  // still at work
    skip,      // no more of the body
    // Only at the end of the message, any number of times:
    quarantine,
    header,
    remove_recipient,
    unapplied,  // a change that was not offered
  };
  Kind kind = Kind::go_on;
  Refusal refusal{};
  HeaderChange header{};
  std::string text{};  // the quarantine's reason; the recipient as "<a@b>"; what is not applied

  [[nodiscard]] bool is_change() const { return kind >= Kind::quarantine; }
  bool operator==(const Answer&) const = default;
};

// A std::string_view says what is wrong with it.
[[nodiscard]] std::expected<Answer, std::string_view> read_answer(char letter,
                                                                  std::string_view payload);

}  // namespace freehold::filter::milter
