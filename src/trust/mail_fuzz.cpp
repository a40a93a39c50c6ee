#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "trust/arc.hpp"
#include "trust/dkim_signer.hpp"
#include "trust/testing/forge.hpp"

namespace {

using namespace freehold;
using namespace freehold::trust;

constexpr Time kNow = from_millis(1'790'000'000'000);

// Every name has the same key.
class OneKey final : public net::Resolver {
 public:
  explicit OneKey(std::string record) : record_(std::move(record)) {}
  awaitable<net::DnsAnswer<std::string>> txt(std::string) override {
    net::DnsAnswer<std::string> answer;
    answer.status = net::DnsStatus::found;
    answer.records.push_back(record_);
    co_return answer;
  }
  awaitable<net::DnsAnswer<net::MxRecord>> mx(std::string) override {
    co_return net::DnsAnswer<net::MxRecord>();
  }
  awaitable<net::DnsAnswer<net::IpAddress>> addresses(std::string) override {
    co_return net::DnsAnswer<net::IpAddress>();
  }
  awaitable<net::DnsAnswer<std::string>> ptr(net::IpAddress) override {
    co_return net::DnsAnswer<std::string>();
  }
  awaitable<net::DnsAnswer<std::string>> records(std::string, std::uint16_t) override {
    co_return net::DnsAnswer<std::string>();
  }

 private:
  std::string record_;
};

struct Seen {
  std::vector<DkimVerdict> dkim;
  ArcChain arc;
};

// In pieces of this size.
void feed(BodyHashes& bodies, std::string_view body, std::size_t piece) {
  for (std::size_t at = 0; at < body.size(); at += piece) bodies.update(body.substr(at, piece));
  bodies.finish();
}

Seen verify(const std::string& header, std::string_view body, std::size_t piece,
            net::Resolver& dns) {
  const message::Header parsed(header);
  BodyHashes for_dkim;
  BodyHashes for_arc;
  const DkimVerifier dkim(parsed, for_dkim);
  const ArcVerifier arc(parsed, for_arc);
  feed(for_dkim, body, piece);
  feed(for_arc, body, piece);
  return {freehold::testing::run(dkim.verify(dns, kNow)),
          freehold::testing::run(arc.verify(dns, kNow))};
}

}  // namespace

// A whole message, verified; what we sign and seal is good, however odd it is and in whatever
// pieces it comes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const PrivateKey& key =
      *new PrivateKey(PrivateKey::from_ed25519_seed("0123456789abcdef0123456789abcdef").value());
  static OneKey& dns = *new OneKey(key_record(key));
  if (size < 1) return 0;
  const std::size_t piece = 1 + data[0];
  const std::string_view raw(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto mail = freehold::trust::testing::split_mail(raw);
  const Seen seen = verify(mail.header, mail.body, piece, dns);
  if (seen.dkim.empty() || seen.dkim.size() > 10) std::abort();
  // A line that goes on with nothing would become a part of what is put before it.
  if (mail.header.starts_with(' ') || mail.header.starts_with('\t')) return 0;

  const message::Header header(mail.header);
  if (is_unreasonable(header)) return 0;
  DkimSigner signer({{"s", key}}, "a.test");
  signer.header(header);
  signer.body(mail.body);
  const std::string is_signed = signer.finish(kNow) + mail.header;
  if (verify(is_signed, mail.body, piece, dns).dkim.front().result != DkimResult::pass) {
    std::abort();
  }
  BodyHashes bodies;
  const ArcSealer sealer({"s", key}, "a.test", bodies);
  feed(bodies, mail.body, piece);
  const std::string seal = sealer.seal(header, seen.arc, "mx.a.test; none", kNow);
  const ArcChain chain = verify(seal + mail.header, mail.body, piece, dns).arc;
  const bool good = seen.arc.status != ArcStatus::fail && !seal.empty();
  if (good && chain.status != ArcStatus::pass) std::abort();
  if (!good && chain.status == ArcStatus::pass && !seal.empty()) std::abort();
  return 0;
}
