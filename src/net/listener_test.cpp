#include "net/listener.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "net/socket_address.hpp"
#include "net/support_test.hpp"

namespace freehold::net {
namespace {

const Endpoint kAnyPort{IpAddress::v4({127, 0, 0, 1}), 0};

Result<OpenListener> open_at(std::variant<Endpoint, std::string> at, std::string group = {}) {
  return open_listener({"test", std::move(at), nullptr, {}, {}, std::move(group)});
}

TEST(Listener, TellsTheProblemAndTheAddress) {
  const auto first = open_at(kAnyPort);
  ASSERT_TRUE(first);
  EXPECT_NE(first->at.port, 0);
  const auto second = open_at(first->at);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().where, first->at.text());
  EXPECT_EQ(second.error().what, "cannot listen: Address already in use");
  EXPECT_FALSE(open_at(*Endpoint::parse("192.0.2.1:0")));
}

TEST(Listener, OnEveryIpv6AddressTakesIpv4Too) {
  const auto both = open_at(*Endpoint::parse("[::]:0"));
  ASSERT_TRUE(both);
  const Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress to(Endpoint{kAnyPort.address, both->at.port});
  EXPECT_EQ(connect(client.get(), to.get(), to.size()), 0);
}

TEST(Listener, ReplacesASocketFileThatNobodyAnswersOn) {
  const TemporaryFolder folder;
  const std::string path = folder.path("socket");
  {
    const auto first = open_at(path);
    ASSERT_TRUE(first);
    struct stat info{};
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);
    const auto second = open_at(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().where, path);
  }
  EXPECT_TRUE(std::filesystem::exists(path));  // as a killed program leaves it
  EXPECT_TRUE(open_at(path));
}

TEST(Listener, OpensASocketToANamedGroup) {
  const TemporaryFolder folder;
  const std::string path = folder.path("socket");
  const auto own = getgrgid(getgid());
  ASSERT_NE(own, nullptr);
  const auto opened = open_at(path, own->gr_name);
  ASSERT_TRUE(opened);
  struct stat info{};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660U);
  EXPECT_EQ(info.st_gid, getgid());
  const auto refused = open_at(folder.path("other"), "no-such-group");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "there is no group 'no-such-group'");
}

TEST(Listener, LeavesOtherFilesAlone) {
  const TemporaryFolder folder;
  const std::string path = folder.path("file");
  std::ofstream(path) << "precious";
  EXPECT_FALSE(open_at(path));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_FALSE(open_at(std::string(200, 'x')));
  EXPECT_FALSE(open_at(std::string()));
}

// In a child process, since the descriptors of systemd have fixed numbers.
int with_systemd_sockets(const char* names) {
  const pid_t child = fork();
  if (child == 0) {
    const auto given = open_at(kAnyPort);
    dup2(given->descriptor.get(), 3);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_FDNAMES", names, 1);
    const auto taken = open_at(kAnyPort);
    _exit(taken && taken->at == given->at ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

TEST(Listener, TakesTheSocketOfItsNameFromSystemd) {
  EXPECT_EQ(with_systemd_sockets("test"), 1);
  EXPECT_EQ(with_systemd_sockets("other"), 0);
}

}  // namespace
}  // namespace freehold::net
