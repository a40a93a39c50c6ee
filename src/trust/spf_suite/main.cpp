// Runs check_spf() over cases from outside: each line of standard input is a JSON object with a
// zone and a query, and each is answered with a line of JSON. test/groups/trust/spf.py feeds it the
// test suite of RFC 7208.

#include <arpa/nameser.h>

#include <boost/json.hpp>
#include <iostream>
#include <string>

#include "base/bytes.hpp"
#include "base/testing/run.hpp"
#include "net/testing/dns_world.hpp"
#include "trust/spf.hpp"

namespace {

namespace json = boost::json;
using freehold::net::DnsStatus;
using freehold::net::testing::DnsWorld;

std::string text(const json::value& value) { return std::string(value.as_string()); }

// One record: [name, type, value…]; TXT in hexadecimal, for not all is UTF-8.
void add_record(DnsWorld& world, const json::array& record) {
  const std::string name = text(record.at(0));
  const std::string type = text(record.at(1));
  if (type == "A" || type == "AAAA") {
    world.address(name, text(record.at(2)));
  } else if (type == "MX") {
    world.mx(name, static_cast<std::uint16_t>(record.at(2).as_int64()), text(record.at(3)));
  } else if (type == "TXT") {
    world.txt(name, freehold::unhex(text(record.at(2))).value());
  } else if (type == "PTR") {
    world.ptr(name, text(record.at(2)));  // its name is the address
  } else if (type == "CNAME") {
    world.cname(name, text(record.at(2)));
  } else if (type == "TIMEOUT") {
    world.fails(name, DnsStatus::failed, static_cast<std::uint16_t>(record.at(2).as_int64()));
  } else {
    throw std::runtime_error("no such type of record: " + type);
  }
}

std::string answer(const std::string& line) {
  const json::object asked = json::parse(line).as_object();
  DnsWorld world;
  for (const json::value& record : asked.at("zone").as_array()) {
    add_record(world, record.as_array());
  }
  const auto verdict = freehold::testing::run(freehold::trust::check_spf(
      world, {.client = freehold::net::IpAddress::parse(text(asked.at("client"))).value(),
              .helo = text(asked.at("helo")),
              .sender = text(asked.at("sender")),
              .receiver_host = "receiver.example",
              .now = {}}));
  return json::serialize(json::object{{"result", freehold::trust::spf_result_name(verdict.result)},
                                      {"explanation", verdict.explanation},
                                      {"mechanism", verdict.mechanism},
                                      {"problem", verdict.problem},
                                      {"questions", world.questions()}});
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << "\n";
}
