#pragma once

#include <utility>
#include <vector>

#include "base/yield.hpp"
#include "net/https_client.hpp"

namespace freehold::trust::testing {

// Gives the same answers again and again, the last one for ever, and keeps what it was asked.
class FakeHttps final : public net::HttpsClient {
 public:
  awaitable<net::HttpsResponse> ask(net::HttpsRequest request, net::Deadline) override {
    requests.push_back(std::move(request));
    // The others of this event loop have their turn meanwhile.
    for (int i = 0; slow && i < 10; ++i) co_await yield();
    const net::HttpsResponse answer = answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    co_return answer;
  }

  bool slow = false;
  std::vector<net::HttpsResponse> answers;
  std::vector<net::HttpsRequest> requests;
};

}  // namespace freehold::trust::testing
