#include "message_maker.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace freehold::bench {

namespace {

constexpr std::size_t kProse = std::size_t{4} << 20;
constexpr std::size_t kVocabulary = 2500;
constexpr std::size_t kLine = 72;

// Pronounceable words, the common ones short, drawn by Zipf's law below: that is what makes prose
// compress as it does.
std::vector<std::string> make_vocabulary(std::mt19937_64& random) {
  static constexpr std::array kSyllables = {
      "an", "be",  "con", "der", "en",  "for", "ge", "hal", "in", "ju", "kan", "lo", "mer",  "ne",
      "on", "pra", "qui", "re",  "sta", "ter", "un", "ver", "wi", "ex", "yon", "zu", "tion", "ing"};
  std::vector<std::string> words;
  words.reserve(kVocabulary);
  for (std::size_t rank = 0; rank < kVocabulary; ++rank) {
    const std::size_t syllables = 1 + (rank > 20) + (rank > 600) + random() % 2;
    std::string word;
    for (std::size_t i = 0; i < syllables; ++i) word += kSyllables[random() % kSyllables.size()];
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

MessageMaker::MessageMaker(std::uint64_t seed, std::string from)
    : from_(std::move(from)), random_(seed), run_(random_()) {
  write_prose();
}

void MessageMaker::write_prose() {
  const auto words = make_vocabulary(random_);
  std::uniform_real_distribution<double> exponent(0, std::log(static_cast<double>(kVocabulary)));
  prose_.reserve(kProse + 2 * kLine);
  std::size_t line = 0;
  lines_.push_back(0);
  while (prose_.size() < kProse) {
    // Uniform in the logarithm of the rank: Zipf's law with exponent 1.
    const auto rank = static_cast<std::size_t>(std::exp(exponent(random_))) - 1;
    prose_ += words[std::min(rank, kVocabulary - 1)];
    if (random_() % 9 == 0) prose_ += random_() % 4 == 0 ? '.' : ',';
    if (prose_.size() - line > kLine) {
      prose_ += "\r\n";
      line = prose_.size();
      lines_.push_back(line);
    } else {
      prose_ += ' ';
    }
  }
  prose_ += "\r\n";
}

std::string MessageMaker::make(std::size_t size) {
  ++count_;
  std::array<char, 640> header{};
  const auto id = random_();
  const int written = std::snprintf(
      header.data(), header.size(),
      "From: Anna Sender <%.250s>\r\n"
      "To: Bert Reader <bert@example.test>\r\n"
      "Subject: Notes number %llu on the matter of %08x\r\n"
      "Date: Tue, 14 May 2024 10:%02u:%02u +0200\r\n"
      "Message-ID: <%016llx.%llu.%016llx@sender.example>\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: 7bit\r\n"
      "\r\n"
      "Dear reader of %016llx,\r\n\r\n",
      from_.c_str(), static_cast<unsigned long long>(count_), static_cast<unsigned>(id),
      static_cast<unsigned>(id % 60), static_cast<unsigned>(id / 60 % 60),
      static_cast<unsigned long long>(run_), static_cast<unsigned long long>(count_),
      static_cast<unsigned long long>(id), static_cast<unsigned long long>(id));
  std::string message(header.data(), static_cast<std::size_t>(std::max(written, 0)));
  message.reserve(std::max(size, message.size()) + 2 * kLine);
  while (message.size() + 2 < size) {
    const auto from = lines_[random_() % (lines_.size() - 1)];
    const auto length =
        std::min({size - message.size() - 2, prose_.size() - from, std::size_t{64} << 10});
    message.append(prose_, from, length);
    // A piece may have ended within a line or between CR and LF.
    if (message.back() == '\r') message.pop_back();
    if (message.back() != '\n') message += "\r\n";
  }
  return message;
}

std::size_t MessageMaker::mailbox_size() {
  std::lognormal_distribution<double> sizes(std::log(8192.0), std::sqrt(2 * std::log(13.0 / 8.0)));
  return std::clamp(static_cast<std::size_t>(sizes(random_)), std::size_t{1} << 10,
                    std::size_t{1} << 20);
}

}  // namespace freehold::bench
