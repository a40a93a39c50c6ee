#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <string>

#include "net/descriptor.hpp"
#include "net/resolver.hpp"
#include "net/socket_address.hpp"
#include "net/support_test.hpp"

namespace freehold::net::testing {

// A socket at a free port of loopback.
inline Descriptor bind_udp() {
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const SocketAddress address(Endpoint{IpAddress::v4({127, 0, 0, 1}), 0});
  EXPECT_EQ(bind(socket.get(), address.get(), address.size()), 0);
  return socket;
}

// nsd with some zones (name → the text of the zone file; an empty one cannot be read, so that nsd
// answers SERVFAIL) on a free port of loopback; ended by its destructor.
class NameServer {
 public:
  explicit NameServer(const std::map<std::string, std::string>& zones) {
    at_ = SocketAddress::local(bind_udp().get()).endpoint();
    std::string configuration = begin_configuration();
    for (const auto& [name, text] : zones) {
      if (!text.empty()) std::ofstream(folder_.path(name + ".zone")) << text;
      configuration += "zone:\n  name: \"" + name + "\"\n  zonefile: \"" + name + ".zone\"\n";
    }
    const std::string file = folder_.path("nsd.conf");
    std::ofstream(file) << configuration;
    std::string words[] = {"nsd", "-d", "-c", file};
    char* arguments[] = {words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                         nullptr};
    EXPECT_EQ(posix_spawn(&pid_, "/usr/sbin/nsd", nullptr, nullptr, arguments, environ), 0)
        << "the Debian package nsd has to be installed";
  }
  ~NameServer() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  [[nodiscard]] const Endpoint& at() const { return at_; }

  // Whether it answers in time for a TXT record of this name.
  [[nodiscard]] bool wait_for(const std::string& name) const {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    DnsStatus status = DnsStatus::failed;
    while (status != DnsStatus::found && std::chrono::steady_clock::now() < limit) {
      // Each time another resolver: unbound would remember that the server did not answer yet.
      ResolverSettings settings;
      settings.forwarders = {at_};
      settings.timeout = std::chrono::milliseconds(100);
      const auto probe = make_resolver(settings).value();
      run_for_test({[&]() -> awaitable<void> {
        const auto answer = co_await probe->txt(name);
        status = answer.status;
      }});
    }
    return status == DnsStatus::found;
  }

 private:
  [[nodiscard]] std::string begin_configuration() const {
    return "server:\n  ip-address: 127.0.0.1@" + std::to_string(at_.port) +
           "\n  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: "
           "\"" +
           folder_.path("") + "\"\n  pidfile: \"\"\n  logfile: \"" + folder_.path("nsd.log") +
           "\"\n  xfrdfile: \"\"\n  xfrdir: \"" + folder_.path("") + "\"\n  zonelistfile: \"" +
           folder_.path("zone.list") + "\"\nremote-control:\n  control-enable: no\n";
  }

  TemporaryFolder folder_;
  Endpoint at_;
  pid_t pid_ = 0;
};

}  // namespace freehold::net::testing
