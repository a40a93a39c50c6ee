#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace freehold::bench {

// Makes messages that look like mail to a server: a usual header, prose in lines that compresses
// about 3:1, a Message-ID and bytes that no other message of this or another run has. Making one
// costs about as much as copying it. The lines end with CRLF and none begins with a dot.
class MessageMaker {
 public:
  // The same seed makes the same messages. `from` is an address for the From field.
  explicit MessageMaker(std::uint64_t seed, std::string from = "anna@sender.example");

  // About `size` bytes, header included; never less than the header.
  [[nodiscard]] std::string make(std::size_t size);
  // Sizes as in real mailboxes: log-normal, median 8 KiB, mean 13 KiB, 1 KiB to 1 MiB.
  [[nodiscard]] std::size_t mailbox_size();

 private:
  void write_prose();

  std::string from_;
  std::mt19937_64 random_;
  std::uint64_t run_;
  std::uint64_t count_ = 0;
  std::string prose_;
  std::vector<std::size_t> lines_;  // where lines begin in prose_
};

}  // namespace freehold::bench
