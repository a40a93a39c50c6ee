#include "measure.hpp"

#include <time.h>

#include <algorithm>

namespace freehold::bench {

namespace {

constexpr std::size_t kMessage = 20 * 1024;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Text, indented HTML with tabs, and base64, a third each.
std::string body_text(std::size_t size) {
  std::string out;
  while (out.size() < size / 3) {
    out +=
        "The quick brown fox jumps over the lazy dog, twice a day,  as he did.\r\n> quoted "
        "text\r\n\r\n";
  }
  while (out.size() < size * 2 / 3) {
    out +=
        "<tr>\r\n\t<td class=\"cell\">\r\n      <a href=\"https://example.org/?id=3D77\">more</a> "
        "\r\n\t</td>\r\n";
  }
  while (out.size() < size) {
    out += "JVBERi0xLjQKJdPr6eEKMSAwIG9iago8PC9UaXRsZSA8RkVGRjAwNDk+Pj4KZW5kb2JqCjMgMCBv\r\n";
  }
  out.resize(size - 2);
  return out + "\r\n";
}

}  // namespace

std::string sample_header() {
  std::string out;
  for (int hop = 4; hop > 0; --hop) {
    out +=
        "Received: from relay" + std::to_string(hop) +
        ".example.org (relay.example.org [192.0.2.17])\r\n\tby mx.example.net with ESMTPS id 4Zk2ab"
        "3Cde\r\n\tfor <anna@example.net>; Mon, 23 Nov 2026 20:47:06 +0000\r\n";
  }
  return out +
         "From: \"Bert M\xc3\xbcller\" <bert@example.org>\r\nTo: Anna Berg "
         "<anna@example.net>,\r\n\t"
         "Chlo\xc3\xa9 <chloe@example.com>\r\nSubject: Re: the invoice of November, and the "
         "garden\r\n"
         "Date: Mon, 23 Nov 2026 21:47:06 +0100\r\nMessage-ID: <5f2c.77.1a2b3c4d@example.org>\r\n"
         "In-Reply-To: <0001.aa.bb@example.net>\r\nReferences: <0000.aa.bb@example.net>\r\n\t"
         "<0001.aa.bb@example.net>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
         "boundary=b1\r\n";
}

std::string sample_body() { return body_text(kMessage - sample_header().size()); }

void Measure::round(double seconds) {
  int count = 0;
  const double begin = cpu_seconds();
  do {
    work();
    ++count;
  } while (cpu_seconds() - begin < seconds);
  rounds.push_back((cpu_seconds() - begin) / count / together);
}

void take_rounds(std::span<Measure> all, double seconds) {
  constexpr int kRounds = 51;
  for (int round = 0; round < kRounds; ++round) {
    for (Measure& measure : all) measure.round(seconds / kRounds);
  }
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace freehold::bench
