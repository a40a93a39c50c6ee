#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "net/support_test.hpp"
#include "net/testing/name_server.hpp"

// The resolver behind a forwarder, below a trust anchor of the test's own.
namespace freehold::net {
namespace {

std::string read_text(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Zones that ldns signs.
class Signer {
 public:
  // What the shell command prints, without its line end; it has to succeed.
  std::string run(const std::string& command) {
    const auto out = folder_.path("out");
    const auto line = "cd '" + folder_.path("") + "' && " + command + " >out";
    EXPECT_EQ(std::system(line.c_str()), 0) << "the Debian package ldnsutils has to be installed";
    auto text = read_text(out);
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }
  // The base name of a new key's files.
  std::string make_key(const std::string& zone) {
    return run("ldns-keygen -a ECDSAP256SHA256 -k " + zone);
  }
  std::string sign(const std::string& text, const std::string& key,
                   const std::string& options = {}) {
    std::ofstream(folder_.path("zone")) << text;
    run("ldns-signzone " + options + " -f signed zone " + key);
    return read_text(folder_.path("signed"));
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_.path(name); }

 private:
  TemporaryFolder folder_;
};

std::string zone(const std::string& name, const std::string& more) {
  return "$ORIGIN " + name + "\n$TTL 60\n@ SOA ns hostmaster 1 60 60 3600 60\n@ NS ns\n" + more;
}

constexpr const char* kHost = "@ TXT \"here\"\nns A 127.0.0.1\nmx A 192.0.2.1\n";

// Of the root's children one is right and the others are wrong, each in its way.
class ResolverDnssecTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Signer signer;
    const auto root = signer.make_key(".");
    std::map<std::string, std::string> zones;
    std::string children;
    const auto add = [&](const std::string& name, const std::string& told, std::string text) {
      children += name + ". NS ns." + name + ".\n";
      if (!told.empty()) children += read_text(signer.path(told + ".ds"));
      zones[name] = std::move(text);
    };
    const auto key = signer.make_key("right.test");
    const auto right = signer.sign(zone("right.test.", kHost), key);
    add("right.test", key, right);
    add("open.test", "", zone("open.test.", kHost));
    const auto forged = signer.make_key("forged.test");
    auto altered = signer.sign(zone("forged.test.", kHost), forged);
    altered.replace(altered.find("192.0.2.1"), 9, "192.0.2.9");
    add("forged.test", forged, altered);
    const auto old = signer.make_key("old.test");
    add("old.test", old, signer.sign(zone("old.test.", kHost), old, "-i 20200101 -e 20200201"));
    const auto own = signer.make_key("key.test");
    add("key.test", signer.make_key("key.test"), signer.sign(zone("key.test.", kHost), own));
    const auto lame = signer.make_key("lame.test");
    add("lame.test", lame, "");
    zones["."] = signer.sign(zone(".", children + "ns A 127.0.0.1\n"), root);
    server_ = std::make_unique<testing::NameServer>(zones);
    ASSERT_TRUE(server_->wait_for("right.test"));
    ResolverSettings settings;
    settings.forwarders = {server_->at()};
    settings.trust_anchor_file = signer.path(root + ".key");
    resolver_ = make_resolver(settings).value();
  }
  static void TearDownTestSuite() {
    resolver_.reset();
    server_.reset();
  }

  static DnsAnswer<IpAddress> addresses(const std::string& name) {
    DnsAnswer<IpAddress> answer;
    run_for_test({[&]() -> awaitable<void> { answer = co_await resolver_->addresses(name); }});
    return answer;
  }

  static inline std::unique_ptr<testing::NameServer> server_;
  static inline std::unique_ptr<Resolver> resolver_;
};

TEST_F(ResolverDnssecTest, SeesThatASignedAnswerIsSecure) {
  const auto answer = addresses("mx.right.test");
  EXPECT_EQ(answer.status, DnsStatus::found) << answer.error;
  EXPECT_TRUE(answer.secure);
}

TEST_F(ResolverDnssecTest, SeesThatASignedDenialIsSecure) {
  const auto answer = addresses("absent.right.test");
  EXPECT_EQ(answer.status, DnsStatus::no_such_domain) << answer.error;
  EXPECT_TRUE(answer.secure);
}

TEST_F(ResolverDnssecTest, TakesAnAnswerThatNeedsNoSignatureAsInsecure) {
  const auto answer = addresses("mx.open.test");
  EXPECT_EQ(answer.status, DnsStatus::found) << answer.error;
  EXPECT_FALSE(answer.secure);
}

TEST_F(ResolverDnssecTest, RefusesWhatIsForgedOldOrSignedByAnotherKey) {
  for (const char* name : {"mx.forged.test", "mx.old.test", "mx.key.test"}) {
    const auto answer = addresses(name);
    EXPECT_EQ(answer.status, DnsStatus::bogus) << name;
    EXPECT_FALSE(answer.secure) << name;
    EXPECT_TRUE(answer.records.empty()) << name;
    EXPECT_FALSE(answer.error.empty()) << name;
  }
}

TEST_F(ResolverDnssecTest, DoesNotTakeAServersFailureForADenial) {
  const auto answer = addresses("mx.lame.test");
  EXPECT_EQ(answer.status, DnsStatus::failed) << answer.error;
}

}  // namespace
}  // namespace freehold::net
