#include "base/metrics.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace freehold::metrics {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  close(fd);
  return ntohs(address.sin_port);
}

std::string fetch(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = loopback(port);
  std::string answer;
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string_view request = "GET /metrics HTTP/1.0\r\n\r\n";
    EXPECT_EQ(send(fd, request.data(), request.size(), 0), std::ssize(request));
    char part[4096];
    for (ssize_t n = 0; (n = recv(fd, part, sizeof part, 0)) > 0;) {
      answer.append(part, static_cast<std::size_t>(n));
    }
  }
  close(fd);
  return answer;
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  EXPECT_EQ(&counter("freehold_test_same_total", "h", "a=1"),
            &counter("freehold_test_same_total", "h", "a=1"));
  EXPECT_NE(&counter("freehold_test_same_total", "h", "a=1"),
            &counter("freehold_test_same_total", "h", "a=2"));
}

TEST(Metrics, AreServedOverHttp) {
  counter("freehold_test_served_total", "Test.", "kind=x,way=in").add(3);
  gauge("freehold_test_level", "Test.").set(-2);
  timer("freehold_test_seconds", "Test.").observe(0.02);
  const std::uint16_t port = free_port();
  const Exposer exposer(port);
  const std::string page = fetch(port);
  EXPECT_NE(page.find("freehold_test_served_total{kind=\"x\",way=\"in\"} 3"), std::string::npos);
  EXPECT_NE(page.find("freehold_test_level -2"), std::string::npos);
  EXPECT_NE(page.find("freehold_test_seconds_bucket{le=\"0.03\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace freehold::metrics
