#include "search/extractor.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "store/testing/temporary_store.hpp"

namespace freehold::search {
namespace {

using namespace std::chrono_literals;

class Extractor : public ::testing::Test {
 protected:
  store::testing::TemporaryFolder folder;

  [[nodiscard]] Extracted run(const std::string& script, std::string_view bytes = "a file",
                              ExtractorBounds bounds = {}) {
    return extract({"sh", "-c", script}, bytes, folder.path(), bounds);
  }
  [[nodiscard]] bool clean() const { return std::filesystem::is_empty(folder.path()); }
};

TEST_F(Extractor, GivesWhatTheCommandPrints) {
  const auto done = run("tr a-z A-Z", "some text");
  EXPECT_TRUE(done.ended);
  EXPECT_EQ(done.text, "SOME TEXT");
  EXPECT_TRUE(clean());
}

TEST_F(Extractor, NamesTheFileWhereTheCommandWantsAPath) {
  EXPECT_EQ(extract({"cat", "{}"}, "by path", folder.path()).text, "by path");
}

TEST_F(Extractor, SaysThatACommandFailed) {
  EXPECT_FALSE(run("echo half; exit 3").ended);
  EXPECT_FALSE(extract({"no-such-program"}, "x", folder.path()).ended);
  EXPECT_FALSE(extract({}, "x", folder.path()).ended);
}

TEST_F(Extractor, EndsACommandThatHangs) {
  ExtractorBounds bounds;
  bounds.wall = 300ms;
  const auto begin = std::chrono::steady_clock::now();
  const auto done = run("echo begun; sleep 60 & sleep 60", "x", bounds);
  EXPECT_FALSE(done.ended);
  EXPECT_EQ(done.text, "begun\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_TRUE(clean());
}

TEST_F(Extractor, EndsACommandThatComputesForever) {
  ExtractorBounds bounds;
  bounds.cpu = 1s;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(run("while :; do :; done", "x", bounds).ended);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 15s);
}

TEST_F(Extractor, EndsACommandThatEatsMemory) {
  ExtractorBounds bounds;
  bounds.memory = std::uint64_t{64} << 20;
  const auto done =
      run("tail -c 500000000 /dev/zero | head -c 1 | wc -c; exec tail /dev/zero", "x", bounds);
  EXPECT_FALSE(done.ended);
}

TEST_F(Extractor, CutsTheOutput) {
  ExtractorBounds bounds;
  bounds.output = 1000;
  EXPECT_EQ(run("yes", "x", bounds).text.size(), 1000u);
}

TEST_F(Extractor, LetsTheCommandWriteNothing) {
  EXPECT_FALSE(run("echo something > written").ended);
  EXPECT_EQ(run("echo x > other; test -s other && echo made").text, "");
}

TEST_F(Extractor, GivesTheCommandNoEnvironment) {
  ::setenv("SECRET_OF_THE_SERVER", "1", 1);
  EXPECT_EQ(extract({"env"}, "x", folder.path()).text, "");
}

TEST_F(Extractor, HidesOtherFiles) {
  const auto secret = folder.path() / "secret";
  std::ofstream(secret) << "the owner's mail";
  const auto done = extract({"cat", secret.string()}, "x", folder.path());
  if (done.text == "the owner's mail") GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(done.text, "");
}

TEST_F(Extractor, HasNoNetwork) {
  if (std::system("unshare -Un true 2>/dev/null") != 0) GTEST_SKIP() << "no namespaces here";
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listening, 1), 0);
  ASSERT_EQ(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto port = std::to_string(ntohs(address.sin_port));
  const auto done = extract(
      {"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + port + " && echo connected; echo tried"}, "x",
      folder.path());
  EXPECT_EQ(done.text, "tried\n");
  ::close(listening);
}

TEST_F(Extractor, StopsWithTheServer) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(extract({"sleep", "60"}, "x", folder.path(), {}, source.get_token()).ended);
}

}  // namespace
}  // namespace freehold::search
