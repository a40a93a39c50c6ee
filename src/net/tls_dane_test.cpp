#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/this_coro.hpp>

#include "base/hash.hpp"
#include "net/socket_stream.hpp"
#include "net/support_test.hpp"
#include "net/testing/certificates.hpp"
#include "net/tls.hpp"

namespace freehold::net {
namespace {

using namespace std::chrono_literals;
using testing::TestCertificate;
namespace errc = boost::system::errc;

// An authority, an intermediate one and servers that either has signed; clients whose trust is told
// per handshake.
class DaneHandshakeTest : public ::testing::Test {
 protected:
  struct Outcome {
    IoResult<> shaken;
    TlsInfo info;
  };

  static std::string digest(std::string_view bytes) { return std::string(sha256(bytes).view()); }
  static std::string sha512(const std::string& bytes) {
    std::string out(64, '\0');
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
               EVP_sha512(), nullptr);
    return out;
  }

  TestCertificate server(std::vector<std::string> hosts, const TestCertificate* issuer = nullptr,
                         long valid_for = 3600) {
    return TestCertificate({.common_name = "server",
                            .hosts = std::move(hosts),
                            .valid_for = valid_for,
                            .issuer = issuer});
  }

  Outcome connect(const std::vector<const TestCertificate*>& chain, const TlsPeer& peer) {
    return connect(chain, peer, *stranger_);
  }
  Outcome connect(const std::vector<const TestCertificate*>& chain, const TlsPeer& peer,
                  const TlsContext& trust) {
    std::string pem;
    for (const auto* one : chain) pem += one->pem();
    testing::write_text(folder_.path("chain.pem"), pem);
    testing::write_text(folder_.path("key.pem"), chain.front()->key_pem());
    const auto shown =
        TlsContext::server(folder_.path("chain.pem"), folder_.path("key.pem")).value();
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    Outcome outcome;
    run_for_test({[&]() -> awaitable<void> {
                    const auto executor = co_await boost::asio::this_coro::executor;
                    SocketStream stream(executor, ends[0], Endpoint{}, Endpoint{});
                    (void)co_await stream.accept_tls(*shown, after(20s));
                    stream.close();
                  },
                  [&]() -> awaitable<void> {
                    const auto executor = co_await boost::asio::this_coro::executor;
                    SocketStream stream(executor, ends[1], Endpoint{}, Endpoint{});
                    outcome.shaken = co_await stream.connect_tls(trust, peer, after(20s));
                    if (stream.tls() != nullptr) outcome.info = *stream.tls();
                    stream.close();
                  }});
    return outcome;
  }

  TemporaryFolder folder_;
  TestCertificate root_{{.common_name = "root", .authority = true}};
  TestCertificate middle_{{.common_name = "middle", .authority = true, .issuer = &root_}};
  std::unique_ptr<TlsContext> stranger_ = TlsContext::client().value();
};

TEST_F(DaneHandshakeTest, AServerKeyIsVerifiedBySelectorAndDigest) {
  const auto leaf = server({"mx.test"});
  const TlsaRecord records[] = {{3, 0, 0, leaf.der()},
                                {3, 0, 1, digest(leaf.der())},
                                {3, 0, 2, sha512(leaf.der())},
                                {3, 1, 0, leaf.public_key()},
                                {3, 1, 1, digest(leaf.public_key())},
                                {3, 1, 2, sha512(leaf.public_key())}};
  for (const auto& record : records) {
    const auto outcome = connect({&leaf}, TlsPeer::dane("mx.test", {record}));
    EXPECT_TRUE(outcome.shaken) << int(record.selector) << int(record.matching);
    EXPECT_TRUE(outcome.info.peer_verified);
    EXPECT_EQ(outcome.info.verified_by, TlsProof::dane_ee);
  }
}

TEST_F(DaneHandshakeTest, ForAServerKeyNeitherNamesNorDatesMatter) {
  const auto expired = server({"other.test"}, nullptr, -60);
  const auto outcome =
      connect({&expired}, TlsPeer::dane("mx.test", {{3, 1, 1, digest(expired.public_key())}}));
  EXPECT_TRUE(outcome.shaken);
  EXPECT_EQ(outcome.info.verified_by, TlsProof::dane_ee);
}

TEST_F(DaneHandshakeTest, AChangedKeyIsRefusedUnlessTheNextOneIsAnnounced) {
  const auto old = server({"mx.test"});
  const auto fresh = server({"mx.test"});
  const TlsaRecord old_record{3, 1, 1, digest(old.public_key())};
  const TlsaRecord fresh_record{3, 1, 1, digest(fresh.public_key())};
  const auto refused = connect({&fresh}, TlsPeer::dane("mx.test", {old_record}));
  ASSERT_FALSE(refused.shaken);
  EXPECT_EQ(certificate_fault(refused.shaken.error()), CertificateFault::other);
  EXPECT_NE(refused.shaken.error().message().find("DANE"), std::string::npos);
  EXPECT_TRUE(connect({&fresh}, TlsPeer::dane("mx.test", {old_record, fresh_record})).shaken);
}

TEST_F(DaneHandshakeTest, TheOldKeyInANewCertificateIsStillTheKey) {
  const auto old = server({"mx.test"});
  const TestCertificate renewed({.common_name = "renewed", .key = old.key()});
  EXPECT_TRUE(
      connect({&renewed}, TlsPeer::dane("mx.test", {{3, 1, 1, digest(old.public_key())}})).shaken);
  EXPECT_FALSE(
      connect({&renewed}, TlsPeer::dane("mx.test", {{3, 0, 1, digest(old.der())}})).shaken);
}

TEST_F(DaneHandshakeTest, AnAuthorityOfTheirOwnIsVerifiedThroughTheChain) {
  const auto leaf = server({"mx.test"}, &middle_);
  const TlsaRecord by_root{2, 0, 1, digest(root_.der())};
  const TlsaRecord by_middle{2, 1, 1, digest(middle_.public_key())};
  for (const auto& record : {by_root, by_middle}) {
    const auto outcome = connect({&leaf, &middle_, &root_}, TlsPeer::dane("mx.test", {record}));
    EXPECT_TRUE(outcome.shaken);
    EXPECT_EQ(outcome.info.verified_by, TlsProof::dane_ta);
  }
  // RFC 7671, 5.2.2: what is only digested has to be sent by the server.
  EXPECT_FALSE(connect({&leaf, &middle_}, TlsPeer::dane("mx.test", {by_root})).shaken);
  EXPECT_TRUE(
      connect({&leaf, &middle_}, TlsPeer::dane("mx.test", {{2, 0, 0, root_.der()}})).shaken);
}

TEST_F(DaneHandshakeTest, UnderAnAuthorityTheNameHasToBeOneOfTheExpected) {
  const auto leaf = server({"*.hosting.test"}, &root_);
  const TlsaRecord record{2, 0, 1, digest(root_.der())};
  const auto with = [&](const std::string& name, std::vector<std::string> others) {
    return connect({&leaf, &root_}, TlsPeer::dane(name, {record}, std::move(others)));
  };
  EXPECT_TRUE(with("mx.hosting.test", {}).shaken);
  const auto mismatch = with("mx.test", {});
  ASSERT_FALSE(mismatch.shaken);
  EXPECT_EQ(certificate_fault(mismatch.shaken.error()), CertificateFault::host_mismatch);
  EXPECT_TRUE(with("mx.test", {"customer.test", "a.hosting.test"}).shaken);
  EXPECT_FALSE(with("mx.test", {"a.b.hosting.test"}).shaken);
}

TEST_F(DaneHandshakeTest, UnderAnAuthorityDatesMatter) {
  const auto leaf = server({"mx.test"}, &root_, -60);
  const auto outcome =
      connect({&leaf, &root_}, TlsPeer::dane("mx.test", {{2, 0, 1, digest(root_.der())}}));
  ASSERT_FALSE(outcome.shaken);
  EXPECT_EQ(certificate_fault(outcome.shaken.error()), CertificateFault::expired);
}

// RFC 7671, 9: the strongest digest counts, a weaker one beside it is not looked at.
TEST_F(DaneHandshakeTest, AWeakerDigestDoesNotHelpBesideAStrongerOne) {
  const auto leaf = server({"mx.test"});
  const TlsaRecord right{3, 1, 1, digest(leaf.public_key())};
  const TlsaRecord wrong{3, 1, 2, std::string(64, 'x')};
  EXPECT_FALSE(connect({&leaf}, TlsPeer::dane("mx.test", {right, wrong})).shaken);
  EXPECT_TRUE(connect({&leaf}, TlsPeer::dane("mx.test", {right, {3, 0, 2, wrong.data}})).shaken);
}

TEST_F(DaneHandshakeTest, AFailureThatIsNotRequiredIsNoted) {
  const auto leaf = server({"mx.test"});
  TlsPeer peer = TlsPeer::dane("mx.test", {{3, 1, 1, std::string(32, 'x')}});
  peer.required = false;
  const auto outcome = connect({&leaf}, peer);
  EXPECT_TRUE(outcome.shaken);
  EXPECT_FALSE(outcome.info.peer_verified);
  EXPECT_EQ(outcome.info.verified_by, TlsProof::nothing);
  EXPECT_EQ(outcome.info.fault, CertificateFault::other);
}

TEST_F(DaneHandshakeTest, TheSystemsAuthoritiesDoNotStandInForDane) {
  const auto leaf = server({"mx.test"}, &root_);
  testing::write_text(folder_.path("root.pem"), root_.pem());
  const auto trusting = TlsContext::client(folder_.path("root.pem")).value();
  const auto usual = connect({&leaf, &root_}, TlsPeer::verified("mx.test"), *trusting);
  EXPECT_EQ(usual.info.verified_by, TlsProof::authority);
  const TlsaRecord wrong{3, 1, 1, std::string(32, 'x')};
  EXPECT_FALSE(connect({&leaf, &root_}, TlsPeer::dane("mx.test", {wrong}), *trusting).shaken);
  // Records that cannot be used: usages 0 and 1 (RFC 7672, 3.1.3), a digest of the wrong size.
  for (const TlsaRecord& useless :
       {TlsaRecord{1, 1, 1, digest(leaf.public_key())}, TlsaRecord{3, 1, 1, "short"},
        TlsaRecord{3, 9, 1, wrong.data}}) {
    TlsPeer peer = TlsPeer::dane("mx.test", {useless});
    EXPECT_EQ(connect({&leaf, &root_}, peer, *trusting).shaken.error(), errc::invalid_argument);
    peer.required = false;
    const auto noted = connect({&leaf, &root_}, peer, *trusting);
    EXPECT_TRUE(noted.shaken);
    EXPECT_FALSE(noted.info.peer_verified);
  }
}

TEST_F(DaneHandshakeTest, AnAuthorityMayVouchForAnyOfSeveralNames) {
  const auto leaf = server({"mail.customer.test"}, &root_);
  testing::write_text(folder_.path("root.pem"), root_.pem());
  const auto trusting = TlsContext::client(folder_.path("root.pem")).value();
  TlsPeer peer = TlsPeer::verified("mx.test");
  EXPECT_FALSE(connect({&leaf, &root_}, peer, *trusting).shaken);
  peer.other_names = {"mail.customer.test"};
  EXPECT_TRUE(connect({&leaf, &root_}, peer, *trusting).shaken);
  peer.other_names = {""};
  EXPECT_EQ(connect({&leaf, &root_}, peer, *trusting).shaken.error(), errc::invalid_argument);
}

TEST_F(DaneHandshakeTest, FaultsAreSorted) {
  const auto leaf = server({"mx.test"});
  const auto outcome = connect({&leaf}, TlsPeer::verified("mx.test"));
  EXPECT_EQ(certificate_fault(outcome.shaken.error()), CertificateFault::not_trusted);
  EXPECT_EQ(certificate_fault(error_code{}), CertificateFault::none);
  EXPECT_EQ(certificate_fault(make_error_code(errc::timed_out)), CertificateFault::none);
}

}  // namespace
}  // namespace freehold::net
