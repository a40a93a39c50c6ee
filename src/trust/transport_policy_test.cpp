#include "trust/transport_policy.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "store/testing/temporary_store.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {
namespace {

using namespace std::chrono_literals;
using Tls = TransportDecision::Tls;
using Dane = DaneDemand::Kind;
using Fault = net::CertificateFault;
using R = TlsResultType;

const StsPolicy kNone{StsMode::none, 1h, {}};
const StsPolicy kTesting{StsMode::testing, 1h, {"mx.test"}};
const StsPolicy kEnforce{StsMode::enforce, 1h, {"mx.test"}};
const StsPolicy kTestingElse{StsMode::testing, 1h, {"else.test"}};
const StsPolicy kEnforceElse{StsMode::enforce, 1h, {"else.test"}};

enum Wish { plain, requiretls, tls_no, both };

struct Case {
  int number;
  bool mx_secure;
  Dane dane;
  const StsPolicy* sts;
  Wish wish;
  TlsLevel habit;
  const char* expected;  // in the words of describe()
};

std::string describe(const TransportDecision& d) {
  const char* const tls[] = {"any", "encrypted", "authority", "dane"};
  const char* const policies[] = {"none", "tlsa", "sts"};
  std::ostringstream out;
  if (!d.skip.empty()) {
    out << (d.skip_is_final ? "bounce" : "skip");
  } else {
    out << tls[static_cast<int>(d.required)];
    if (d.expected != d.required) out << " (" << tls[static_cast<int>(d.expected)] << ")";
  }
  if (d.by_habit) out << " habit";
  if (d.needs_requiretls) out << " requiretls";
  out << ", " << policies[static_cast<int>(d.policy)];
  if (d.failed_already) out << " " << text_of(*d.failed_already);
  return out.str();
}

constexpr auto kP = TlsLevel::plain;
constexpr auto kE = TlsLevel::encrypted;
constexpr auto kV = TlsLevel::verified;

const Case kCases[] = {
    // No policy at all.
    {1, false, Dane::none, nullptr, plain, kP, "any, none"},
    {2, true, Dane::none, nullptr, plain, kP, "any, none"},
    {3, false, Dane::none, &kNone, plain, kP, "any, none"},
    {4, false, Dane::none, nullptr, tls_no, kP, "any, none"},
    // Habit.
    {5, false, Dane::none, nullptr, plain, kE, "encrypted habit, none"},
    {6, false, Dane::none, nullptr, plain, kV, "encrypted habit, none"},
    {7, false, Dane::none, nullptr, tls_no, kV, "any, none"},
    {8, false, Dane::none, &kNone, plain, kE, "encrypted habit, none"},
    // MTA-STS.
    {9, false, Dane::none, &kTesting, plain, kP, "any (authority), sts"},
    {10, false, Dane::none, &kTestingElse, plain, kP, "any, sts validation-failure"},
    {11, false, Dane::none, &kEnforce, plain, kP, "authority, sts"},
    {12, false, Dane::none, &kEnforceElse, plain, kP, "skip, sts validation-failure"},
    {13, false, Dane::none, &kTesting, plain, kE, "encrypted (authority) habit, sts"},
    {14, false, Dane::none, &kTesting, plain, kV, "encrypted (authority) habit, sts"},
    {15, false, Dane::none, &kEnforce, plain, kE, "authority, sts"},
    {16, false, Dane::none, &kEnforce, tls_no, kP, "any (authority), sts"},
    {17, false, Dane::none, &kEnforceElse, tls_no, kP, "any, sts validation-failure"},
    {18, false, Dane::none, &kTesting, tls_no, kE, "any (authority), sts"},
    {19, true, Dane::none, &kEnforce, plain, kP, "authority, sts"},
    // DANE.
    {20, true, Dane::authenticate, nullptr, plain, kP, "dane, tlsa"},
    {21, true, Dane::encrypt, nullptr, plain, kP, "encrypted, tlsa tlsa-invalid"},
    {22, true, Dane::unknown, nullptr, plain, kP, "skip, tlsa dnssec-invalid"},
    {23, true, Dane::authenticate, nullptr, tls_no, kP, "any (dane), tlsa"},
    {24, true, Dane::encrypt, nullptr, tls_no, kP, "any (encrypted), tlsa tlsa-invalid"},
    {25, true, Dane::unknown, nullptr, tls_no, kP, "any, tlsa dnssec-invalid"},
    {26, true, Dane::authenticate, nullptr, plain, kV, "dane, tlsa"},
    {27, true, Dane::encrypt, nullptr, plain, kV, "encrypted, tlsa tlsa-invalid"},
    // Both: a good MTA-STS does not make up for a bad DANE.
    {28, true, Dane::authenticate, &kEnforce, plain, kP, "dane, tlsa"},
    {29, true, Dane::authenticate, &kTesting, plain, kP, "dane, tlsa"},
    {30, true, Dane::authenticate, &kEnforceElse, plain, kP, "skip, tlsa"},
    {31, true, Dane::authenticate, &kTestingElse, plain, kP, "dane, tlsa"},
    {32, true, Dane::unknown, &kEnforce, plain, kP, "skip, tlsa dnssec-invalid"},
    {33, true, Dane::encrypt, &kEnforce, plain, kP, "authority, sts"},
    {34, true, Dane::encrypt, &kTesting, plain, kP, "encrypted, tlsa tlsa-invalid"},
    {35, true, Dane::authenticate, &kEnforce, tls_no, kP, "any (dane), tlsa"},
    {36, true, Dane::authenticate, &kNone, plain, kP, "dane, tlsa"},
    // REQUIRETLS.
    {37, false, Dane::none, nullptr, requiretls, kP, "bounce requiretls, none"},
    {38, true, Dane::none, nullptr, requiretls, kP, "authority requiretls, none"},
    {39, true, Dane::authenticate, nullptr, requiretls, kP, "dane requiretls, tlsa"},
    {40, true, Dane::encrypt, nullptr, requiretls, kP, "authority requiretls, tlsa tlsa-invalid"},
    {41, true, Dane::unknown, nullptr, requiretls, kP, "skip requiretls, tlsa dnssec-invalid"},
    {42, false, Dane::none, &kTesting, requiretls, kP, "authority requiretls, sts"},
    {43, false, Dane::none, &kEnforce, requiretls, kP, "authority requiretls, sts"},
    {44, false, Dane::none, &kTestingElse, requiretls, kP,
     "bounce requiretls, sts validation-failure"},
    {45, false, Dane::none, &kNone, requiretls, kP, "bounce requiretls, none"},
    {46, true, Dane::none, &kTestingElse, requiretls, kP,
     "authority requiretls, sts validation-failure"},
    // REQUIRETLS and "TLS-Required: No": the header field counts for nothing.
    {47, true, Dane::authenticate, nullptr, both, kP, "dane requiretls, tlsa"},
    {48, false, Dane::none, &kEnforceElse, both, kP, "skip requiretls, sts validation-failure"},
    {49, false, Dane::none, nullptr, both, kE, "bounce requiretls, none"},
    {50, true, Dane::none, nullptr, both, kV, "authority requiretls, none"},
};

TEST(TransportPolicy, DecidesEachCase) {
  for (const Case& c : kCases) {
    TransportFacts facts;
    facts.host = "mx.test";
    facts.mx_secure = c.mx_secure;
    facts.dane = c.dane;
    facts.sts = c.sts;
    facts.require_tls = c.wish == requiretls || c.wish == both;
    facts.tls_required_no = c.wish == tls_no || c.wish == both;
    facts.habit = c.habit;
    EXPECT_EQ(describe(decide_transport(facts)), c.expected) << "case " << c.number;
  }
}

TEST(TransportPolicy, FailuresAreReportedInTheRfcsWords) {
  TransportDecision sts;
  sts.expected = Tls::authority;
  EXPECT_EQ(result_type(sts, TlsOutcome::good), R::success);
  EXPECT_EQ(result_type(sts, TlsOutcome::not_offered), R::starttls_not_supported);
  EXPECT_EQ(result_type(sts, TlsOutcome::handshake), R::validation_failure);
  const std::pair<Fault, R> faults[] = {{Fault::host_mismatch, R::certificate_host_mismatch},
                                        {Fault::expired, R::certificate_expired},
                                        {Fault::not_trusted, R::certificate_not_trusted},
                                        {Fault::other, R::validation_failure}};
  for (const auto& [fault, type] : faults) {
    EXPECT_EQ(result_type(sts, TlsOutcome::certificate, fault), type);
    EXPECT_EQ(result_type(TransportDecision{}, TlsOutcome::certificate, fault), R::success);
  }
  EXPECT_EQ(result_type(StsFetch::Status::unavailable), R::sts_policy_fetch_error);
  EXPECT_EQ(result_type(StsFetch::Status::malformed), R::sts_policy_invalid);
  EXPECT_EQ(result_type(StsFetch::Status::bad_certificate), R::sts_webpki_invalid);
}

TEST(TransportPolicy, ResultTypesAreReadBack) {
  for (int i = 0; i <= static_cast<int>(R::sts_webpki_invalid); ++i) {
    const auto type = static_cast<R>(i);
    EXPECT_EQ(tls_result_type(text_of(type)), type);
  }
  EXPECT_FALSE(tls_result_type("unheard-of"));
}

TEST(TransportPolicy, SaysWhatToAskOfTheHandshake) {
  DaneDemand dane;
  dane.kind = Dane::authenticate;
  dane.base_domain = "real.test";
  dane.other_names = {"customer.test"};
  dane.records = {{3, 1, 1, "digest"}};
  TransportDecision decision;
  decision.required = decision.expected = Tls::dane;
  auto peer = peer_for(decision, "mx.test", dane);
  EXPECT_EQ(peer.name, "real.test");
  EXPECT_TRUE(peer.required);
  EXPECT_EQ(peer.tlsa, dane.records);
  EXPECT_EQ(peer.other_names, dane.other_names);
  decision.required = Tls::opportunistic;
  EXPECT_FALSE(peer_for(decision, "mx.test", dane).required);

  decision.expected = Tls::authority;
  peer = peer_for(decision, "mx.test", {});
  EXPECT_EQ(peer.name, "mx.test");
  EXPECT_FALSE(peer.required);
  EXPECT_TRUE(peer.tlsa.empty());
  decision.required = Tls::authority;
  EXPECT_TRUE(peer_for(decision, "mx.test", {}).required);
}

const Time kNow = from_millis(1'800'000'000'000);

KnownTls usual(TlsLevel level) {
  KnownTls known;
  for (unsigned i = 0; i < kTlsHabit; ++i) known = learn(known, level, kNow);
  return known;
}

TEST(KnownTlsLevel, BecomesAHabitBySeveralDeliveries) {
  KnownTls known;
  for (unsigned i = 1; i < kTlsHabit; ++i) {
    known = learn(known, kE, kNow);
    EXPECT_EQ(demanded(known, kNow), kP);
  }
  known = learn(known, kV, kNow);
  EXPECT_EQ(demanded(known, kNow), kE);  // the least of the three
  EXPECT_EQ(usual(kV).level, kV);
  EXPECT_EQ(demanded({}, kNow), kP);
}

TEST(KnownTlsLevel, InterruptedRisesDoNotAddUp) {
  KnownTls known;
  for (int i = 0; i < 10; ++i) known = learn(learn(known, kE, kNow), kP, kNow);
  EXPECT_EQ(known.level, kP);
}

TEST(KnownTlsLevel, ASuddenEndHoldsMailForADay) {
  KnownTls known = usual(kE);
  EXPECT_EQ(judge_downgrade(known, kE, kNow), Downgrade::none);
  EXPECT_EQ(judge_downgrade(known, kP, kNow), Downgrade::hold);
  known = learn(known, kP, kNow);
  const Time later = kNow + kTlsDowngradeHold;
  EXPECT_EQ(demanded(known, later - 1ms), kE);
  EXPECT_EQ(judge_downgrade(known, kP, later - 1ms), Downgrade::hold);
  EXPECT_EQ(judge_downgrade(known, kP, later), Downgrade::accept);
  EXPECT_EQ(demanded(known, later), kP);
  known = learn(known, kP, later);
  EXPECT_EQ(known.level, kP);
  EXPECT_EQ(judge_downgrade(known, kP, later), Downgrade::none);
}

TEST(KnownTlsLevel, WhatComesBackInTimeIsForgiven) {
  KnownTls known = learn(usual(kE), kP, kNow);
  known = learn(known, kE, kNow + 23h);
  EXPECT_FALSE(known.fell_at);
  EXPECT_EQ(judge_downgrade(known, kP, kNow + 30h), Downgrade::hold);
}

TEST(KnownTlsLevel, AnOldHabitIsForgotten) {
  const KnownTls known = usual(kV);
  EXPECT_EQ(demanded(known, kNow + kTlsHabitAge - 1ms), kE);
  EXPECT_EQ(demanded(known, kNow + kTlsHabitAge), kP);
  EXPECT_EQ(judge_downgrade(known, kP, kNow + kTlsHabitAge), Downgrade::none);
  EXPECT_EQ(learn(known, kP, kNow + kTlsHabitAge).level, kP);
}

TEST(KnownTlsLevel, ACertificateThatLapsesIsToldOfOnceAndHoldsNothing) {
  KnownTls known = usual(kV);
  EXPECT_EQ(demanded(known, kNow), kE);
  EXPECT_EQ(judge_downgrade(known, kE, kNow), Downgrade::accept);
  known = learn(known, kE, kNow);
  EXPECT_EQ(known.level, kE);
  EXPECT_EQ(judge_downgrade(known, kE, kNow), Downgrade::none);
  EXPECT_EQ(demanded(known, kNow), kE);
}

TEST(KnownTlsLevel, WithoutAnyTlsAVerifiedHabitHoldsMailToo) {
  KnownTls known = usual(kV);
  EXPECT_EQ(judge_downgrade(known, kP, kNow), Downgrade::hold);
  known = learn(known, kP, kNow);
  EXPECT_EQ(demanded(known, kNow + kTlsDowngradeHold - 1ms), kE);
}

TEST(KnownTlsLevel, IsKeptOnDisk) {
  store::testing::TemporaryStore store;
  EXPECT_FALSE(read_known_tls(store.engine().latest(), "a.test"));
  const KnownTls known = learn(learn(usual(kE), kV, kNow), kP, kNow + 1h);
  store::Transaction tx(store.engine().latest());
  write_known_tls(tx, "a.test", known);
  ASSERT_TRUE(store.engine().commit_blocking(tx.take()));
  store.reopen();
  EXPECT_EQ(read_known_tls(store.engine().latest(), "a.test"), known);
  EXPECT_FALSE(read_known_tls(store.engine().latest(), "b.test"));
}

}  // namespace
}  // namespace freehold::trust
