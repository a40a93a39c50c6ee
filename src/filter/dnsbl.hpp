#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.hpp"
#include "net/resolver.hpp"

// Lists of addresses and domains in the DNS (RFC 5782), without any I/O.
namespace freehold::filter {

// What one answer of a list means.
struct ListCode {
  std::uint32_t first = 0;  // of 127.x.y.z the xyz, or its last octet, or bits of that: see style
  std::uint32_t last = 0;   // a range's; as `first` for a single one
  double weight = 0;        // below 0: good news
  std::string label{};
};

struct ListSpec {
  enum class Of : std::uint8_t { addresses, domains };
  enum class Style : std::uint8_t {
    whole,       // the three octets after 127 are the code: 127.0.1.2 is 0x000102
    last_octet,  // only the last one counts
    bits,        // each bit of the last octet is a list of its own
  };

  std::string zone{};
  Of of = Of::addresses;
  Style style = Style::whole;
  std::vector<ListCode> codes{};
  std::vector<std::uint32_t> refusals{};  // of the same style: "we do not answer you"
  std::string key{};                      // a subscriber's, put before the zone
  bool has_v6 = true;                     // whether IPv6 addresses may be asked for
  std::string test_name = "test";         // RFC 5782, 5: of domains; listed for ever
};

enum class ListOutcome : std::uint8_t {
  listed,
  clean,    // the name does not exist; nothing else is clean
  refused,  // the list does not answer us: says nothing of the subject
  unknown,  // no answer, or one that nobody has explained
};
[[nodiscard]] std::string_view list_outcome_name(ListOutcome outcome);

struct ListFinding {
  std::string list{};  // its zone
  std::string subject{};
  ListOutcome outcome = ListOutcome::unknown;
  double weight = 0;                  // of the worst code; 0 unless listed
  std::vector<std::string> labels{};  // "PBL"
  std::string detail{};               // the addresses, or why there is no answer
  ListSpec::Of of = ListSpec::Of::addresses;
};

// The lists that are asked by default: those that answer anybody who asks little.
[[nodiscard]] std::vector<ListSpec> default_lists();
// The same, with a subscriber's key for Spamhaus: its other lists answer any host that has one.
[[nodiscard]] std::vector<ListSpec> default_lists(const std::string& spamhaus_key);

// The name to ask for; "" when the list has none for it.
[[nodiscard]] std::string list_question(const ListSpec& list, const net::IpAddress& ip);
[[nodiscard]] std::string list_question(const ListSpec& list, std::string_view domain);

// What the A records say.
[[nodiscard]] ListFinding read_list_answer(const ListSpec& list, std::string_view subject,
                                           const net::DnsAnswer<std::string>& answer);

}  // namespace freehold::filter
