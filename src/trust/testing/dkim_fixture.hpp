#pragma once

#include <gtest/gtest.h>

#include <string>

#include "trust/dkim_signer.hpp"
#include "trust/dkim_verifier.hpp"
#include "trust/testing/forge.hpp"

namespace freehold::trust::testing {

inline constexpr Time kNow = from_millis(1'790'000'000'000);

// A message, a DNS with the keys "r" and "e" of a.test, and signatures by them.
class Dkim : public ::testing::Test {
 protected:
  Dkim() {
    dns.txt("r._domainkey.a.test", key_record(rsa_key()));
    dns.txt("e._domainkey.a.test", key_record(ed_key()));
  }

  // Signed by "e" with these tags before h=, bh= and b=.
  Mail forged(const std::string& tags, const std::string& h = "from:to:subject") {
    const std::string all = "v=1; a=ed25519-sha256; d=a.test; s=e; " + tags + "h=" + h + "; bh=BH";
    return {forged_signature(SignatureKind::dkim, all, ed_key(), mail) + mail.header, mail.body};
  }

  std::string sign(Time now = kNow) {
    DkimSigner signer({{"r", rsa_key()}, {"e", ed_key()}}, "a.test");
    signer.header(message::Header(mail.header));
    signer.body(mail.body.substr(0, 3));
    signer.body(std::string_view(mail.body).substr(3));
    return signer.finish(now);
  }

  std::string results(const Mail& message, Time now = kNow) {
    std::string out;
    for (const DkimVerdict& verdict : verify_dkim(message, dns, now)) {
      if (!out.empty()) out += ", ";
      out += to_string(verdict.result);
      if (!verdict.reason.empty()) out += " (" + verdict.reason + ")";
    }
    return out;
  }

  net::testing::DnsWorld dns;
  Mail mail{"From: Anna <anna@a.test>\r\nTo: bert@b.test\r\nSubject: the  garden\r\n",
            "Hello  Bert,\r\n\r\nsee you. \r\n\r\n"};
};

}  // namespace freehold::trust::testing
