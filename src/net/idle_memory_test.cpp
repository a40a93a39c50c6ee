#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "net/connector.hpp"
#include "net/line_reader.hpp"
#include "net/server.hpp"
#include "net/support_test.hpp"
#include "net/tls.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FREEHOLD_SANITIZED 1
#endif
#endif

namespace freehold::net {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 60s;
#ifdef FREEHOLD_SANITIZED
constexpr int kConnections = 50;  // the sanitizers' own memory would be measured
#else
constexpr int kConnections = 1000;
#endif

// Memory of this process that is not of files, in KB.
long anonymous_memory() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word && word != "RssAnon:") {
  }
  long kilobytes = 0;
  status >> kilobytes;
  return kilobytes;
}

// The clients live in a process of their own, so that only the server's side is measured. Each says
// a line and then idles until the server hangs up.
pid_t start_clients(const Endpoint& at, const std::string& trust) {
  const pid_t child = fork();
  if (child != 0) return child;
  const auto context = TlsContext::client(trust);
  const auto client = [&]() -> awaitable<void> {
    auto stream = co_await connect(at, after(kLong));
    if (!stream) _exit(1);
    const auto secured =
        co_await (*stream)->connect_tls(**context, "mail.test", true, after(kLong));
    if (!secured) _exit(2);
    co_await (*stream)->write("hello\r\n", after(kLong));
    co_await (*stream)->wait_readable(after(kLong));
  };
  run_for_test(std::vector<std::function<awaitable<void>()>>(kConnections, client));
  _exit(0);
}

TEST(IdleMemory, AnIdleTlsConnectionCostsLittle) {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);

  const TemporaryFolder folder;
  ASSERT_TRUE(write_self_signed("mail.test", folder.path("chain"), folder.path("key")));
  const auto tls = TlsContext::server(folder.path("chain"), folder.path("key")).value();
  ServerSettings settings;
  settings.threads = 2;
  Server server(settings);
  std::atomic<int> idle = 0;
  const Serve dialogue = [&idle](Stream& stream, Session& session) -> awaitable<void> {
    LineReader lines(stream, 1000);
    co_await lines.read_line(after(kLong));
    session.on_drain([&stream] { stream.interrupt(); });
    ++idle;
    co_await lines.wait_readable(after(kLong));
  };
  const Endpoint any{IpAddress::v4({127, 0, 0, 1}), 0};
  ASSERT_TRUE(server.listen({"imaps", any, tls.get(), {}, {}, {}}, dialogue));

  const pid_t clients = start_clients(*server.bound("imaps"), folder.path("chain"));
  ASSERT_GT(clients, 0);
  const long before = anonymous_memory();
  server.start();
  while (idle < kConnections) std::this_thread::yield();
  const double each = static_cast<double>(anonymous_memory() - before) / kConnections;
  RecordProperty("kilobytes_per_idle_tls_connection", std::to_string(each));
  std::cout << "idle TLS connection: " << each << " KB\n";
#ifndef FREEHOLD_SANITIZED
  EXPECT_LT(each, 60);
#endif
  server.drain();
  int status = 0;
  waitpid(clients, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace freehold::net
