// DKIM and ARC on a command line, for comparing with other software. Messages are files with CRLF
// line ends; a zone is a file of lines "NAME TEXT", each a TXT record.
//
//   dkim_tool make rsa|ed25519                         {"pem": …, "record": …}
//   dkim_tool sign DOMAIN SELECTOR KEY.pem[,SELECTOR KEY.pem…] -- FILE…    {"fields": …} for each
//   dkim_tool verify ZONE FILE…                        [{"result": …}, …] for each
//   dkim_tool arc-seal DOMAIN SELECTOR KEY.pem ZONE PAYLOAD FILE…          {"fields": …} for each
//   dkim_tool arc-verify ZONE FILE…                    {"status": …} for each

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/arc.hpp"
#include "trust/dkim_signer.hpp"
#include "trust/dkim_verifier.hpp"

namespace json = boost::json;
using namespace freehold;

namespace {

using Words = std::vector<std::string>;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << path << " cannot be read\n";
    std::exit(2);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Message {
  message::Header header;
  std::string body;

  explicit Message(const std::string& raw) {
    const std::size_t end = raw.starts_with("\r\n") ? 0 : raw.find("\r\n\r\n");
    const std::size_t size = end == std::string::npos ? raw.size() : end == 0 ? 0 : end + 2;
    header = message::Header(raw.substr(0, size));
    body = raw.substr(std::min(raw.size(), size + 2));
  }

  // In odd pieces, as a network gives them.
  template <class Sink>
  void each_piece(Sink sink) const {
    static constexpr std::size_t kSizes[] = {1, 7, 4096, 63, 2, 1000};
    std::size_t at = 0;
    for (std::size_t i = 0; at < body.size(); ++i) {
      const std::string_view piece =
          std::string_view(body).substr(at, kSizes[i % std::size(kSizes)]);
      sink(piece);
      at += piece.size();
    }
  }
};

net::testing::DnsWorld read_zone(const std::string& path) {
  net::testing::DnsWorld world;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t space = line.find(' ');
    if (space != std::string::npos) world.txt(line.substr(0, space), line.substr(space + 1));
  }
  return world;
}

trust::SigningKey read_key(const std::string& selector, const std::string& path) {
  auto key = trust::PrivateKey::from_pem(read_file(path));
  if (!key) {
    std::cerr << path << ": " << key.error().text() << "\n";
    std::exit(2);
  }
  return {selector, *key};
}

Time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

void print(const json::value& value) { std::cout << json::serialize(value) << "\n"; }

json::object shown(const trust::DkimVerdict& verdict) {
  return {{"result", trust::to_string(verdict.result)},
          {"reason", verdict.reason},
          {"d", verdict.domain},
          {"s", verdict.selector},
          {"i", verdict.identity},
          {"a", verdict.algorithm},
          {"b", verdict.b},
          {"testing", verdict.testing},
          {"bits", verdict.key_bits}};
}

json::object shown(const trust::ArcChain& chain) {
  json::array sets;
  for (const auto& set : chain.sets) {
    sets.push_back(
        {{"i", set.instance}, {"d", set.seal_domain}, {"results", set.authentication_results}});
  }
  return {{"status", trust::to_string(chain.status)},
          {"reason", chain.reason},
          {"oldest_pass", chain.oldest_pass},
          {"sets", std::move(sets)}};
}

int make_key(const Words& words) {
  const auto type = words.at(0) == "rsa" ? trust::KeyType::rsa : trust::KeyType::ed25519;
  const trust::PrivateKey key = trust::PrivateKey::make(type).value();
  print({{"pem", key.pem()}, {"record", trust::key_record(key)}});
  return 0;
}

int sign(const Words& words) {
  std::vector<trust::SigningKey> keys;
  std::size_t at = 1;
  for (; words.at(at) != "--"; at += 2) keys.push_back(read_key(words.at(at), words.at(at + 1)));
  for (++at; at < words.size(); ++at) {
    const Message message(read_file(words[at]));
    trust::DkimSigner signer(keys, words[0]);
    signer.header(message.header);
    message.each_piece([&](std::string_view piece) { signer.body(piece); });
    print({{"fields", signer.finish(now())}});
  }
  return 0;
}

int verify(const Words& words) {
  auto zone = read_zone(words.at(0));
  for (std::size_t at = 1; at < words.size(); ++at) {
    const Message message(read_file(words[at]));
    trust::BodyHashes bodies;
    const trust::DkimVerifier verifier(message.header, bodies);
    message.each_piece([&](std::string_view piece) { bodies.update(piece); });
    bodies.finish();
    json::array out;
    for (const auto& verdict : testing::run(verifier.verify(zone, now())))
      out.push_back(shown(verdict));
    print(out);
  }
  return 0;
}

trust::ArcChain chain_of(const Message& message, net::Resolver& zone) {
  trust::BodyHashes bodies;
  const trust::ArcVerifier verifier(message.header, bodies);
  message.each_piece([&](std::string_view piece) { bodies.update(piece); });
  bodies.finish();
  return testing::run(verifier.verify(zone, now()));
}

int arc_verify(const Words& words) {
  auto zone = read_zone(words.at(0));
  for (std::size_t at = 1; at < words.size(); ++at) {
    print(shown(chain_of(Message(read_file(words[at])), zone)));
  }
  return 0;
}

int arc_seal(const Words& words) {
  auto zone = read_zone(words.at(3));
  for (std::size_t at = 5; at < words.size(); ++at) {
    const Message message(read_file(words[at]));
    const trust::ArcChain chain = chain_of(message, zone);
    trust::BodyHashes bodies;
    const trust::ArcSealer sealer(read_key(words[1], words[2]), words[0], bodies);
    message.each_piece([&](std::string_view piece) { bodies.update(piece); });
    bodies.finish();
    print({{"fields", sealer.seal(message.header, chain, words[4], now())}});
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const Words words(arguments + std::min(count, 2), arguments + count);
  const std::string command = count > 1 ? arguments[1] : "";
  if (command == "make") return make_key(words);
  if (command == "sign") return sign(words);
  if (command == "verify") return verify(words);
  if (command == "arc-seal") return arc_seal(words);
  if (command == "arc-verify") return arc_verify(words);
  std::cerr << "usage: dkim_tool make|sign|verify|arc-seal|arc-verify …\n";
  return 2;
}
