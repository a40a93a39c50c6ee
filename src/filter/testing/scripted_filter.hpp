#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/awaitable.hpp"
#include "base/bytes.hpp"
#include "filter/milter_packet.hpp"
#include "net/stream.hpp"

namespace freehold::filter::testing {

[[nodiscard]] inline std::string packet(char letter, std::string_view payload = {}) {
  std::string out;
  milter::append_packet(out, static_cast<milter::Command>(letter), payload);
  return out;
}

// A milter that does as a test tells it: keeps what it hears, and answers `c` where nothing else
// was said.
class ScriptedFilter {
 public:
  std::uint32_t version = 6;
  std::uint32_t actions = 0x1ff;
  std::uint32_t steps = 0;
  std::string wanted_macros;            // as in its answer to the offer
  std::map<char, std::string> answers;  // letter of a command → packets; "" is silence
  std::vector<std::pair<char, std::string>> heard;
  int connections = 0;

  // The letters of all that was heard.
  [[nodiscard]] std::string letters() const {
    std::string all;
    for (const auto& [letter, payload] : heard) all += letter;
    return all;
  }
  [[nodiscard]] std::string payload(char letter) const {
    for (const auto& [heard_letter, payload] : heard) {
      if (heard_letter == letter) return payload;
    }
    return "(nothing)";
  }

  // One connection, until the other side ends it.
  awaitable<void> serve(std::unique_ptr<net::Stream> stream) {
    ++connections;
    while (true) {
      const auto length = co_await read(*stream, milter::kLengthBytes);
      if (length.empty()) co_return;
      const auto said = co_await read(*stream, read_u32(length));
      heard.emplace_back(said.at(0), said.substr(1));
      const std::string answer = answer_to(said.at(0));
      if (answer.empty()) continue;
      const IoResult<> written = co_await stream->write(answer, net::after(kWait));
      if (!written) co_return;
    }
  }

 private:
  static constexpr std::chrono::seconds kWait{10};

  std::string answer_to(char letter) const {
    if (const auto told = answers.find(letter); told != answers.end()) return told->second;
    if (letter == 'O') {
      std::string agreement;
      append_u32(agreement, version);
      append_u32(agreement, actions);
      append_u32(agreement, steps);
      return packet('O', agreement + wanted_macros);
    }
    return letter == 'D' || letter == 'A' || letter == 'Q' ? "" : packet('c');
  }

  static awaitable<std::string> read(net::Stream& stream, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t at = 0; at < size;) {
      const std::span<char> room(bytes.data() + at, size - at);
      const IoResult<std::size_t> got = co_await stream.read_some(room, net::after(kWait));
      if (!got) co_return std::string();
      at += *got;
    }
    co_return bytes;
  }
};

}  // namespace freehold::filter::testing
