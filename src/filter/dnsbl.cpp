#include "filter/dnsbl.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "filter/limits.hpp"
#include "net/dns_rdata.hpp"

namespace freehold::filter {

namespace {

// "7.2.0.192", and for IPv6 the 32 nibbles (RFC 5782, 2.1 and 2.4).
std::string reversed(const net::IpAddress& ip) {
  const std::string name = net::reverse_name(ip);
  for (const std::string_view suffix : {".in-addr.arpa", ".ip6.arpa"}) {
    if (name.ends_with(suffix)) return name.substr(0, name.size() - suffix.size());
  }
  return {};
}

std::string below_zone(const ListSpec& list, std::string name) {
  name.append(".");
  if (!list.key.empty()) name.append(list.key).append(".");
  name.append(list.zone);
  return net::is_dns_name(name) ? name : std::string();
}

std::uint32_t octets_after_first(const net::IpAddress& address) {
  std::uint32_t value = 0;
  for (const char c : address.bytes().substr(1)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

bool matches(ListSpec::Style style, std::uint32_t answer, std::uint32_t first, std::uint32_t last) {
  switch (style) {
    case ListSpec::Style::whole:
      return answer >= first && answer <= last;
    case ListSpec::Style::last_octet:
      return (answer & 0xff) >= first && (answer & 0xff) <= last;
    case ListSpec::Style::bits:
      return (answer & 0xff & first) != 0;
  }
  return false;
}

// Why an address is no answer of a list to a question, when it is none.
std::optional<std::string> refusal(const ListSpec& list, const net::IpAddress& address) {
  if (!address.is_v4() || address.bytes()[0] != 127) {
    return "answers outside 127.0.0.0/8: the zone is gone, or somebody answers in its place";
  }
  const std::uint32_t value = octets_after_first(address);
  if ((value & 0xffff00) == 0xffff00) {
    switch (value & 0xff) {
      case 252:
        return "127.255.255.252: the zone's name is wrong";
      case 254:
        return "127.255.255.254: asked through an open resolver";
      case 255:
        return "127.255.255.255: asked too often";
      default:
        return address.text() + ": the list refuses to answer";
    }
  }
  for (const std::uint32_t code : list.refusals) {
    if (matches(list.style, value, code, code))
      return address.text() + ": the list refuses to answer";
  }
  return std::nullopt;
}

void read_code(const ListSpec& list, std::uint32_t value, ListFinding& into) {
  for (const ListCode& code : list.codes) {
    if (!matches(list.style, value, code.first, code.last)) continue;
    const bool first = into.outcome != ListOutcome::listed;
    into.outcome = ListOutcome::listed;
    into.weight = first ? code.weight : std::max(into.weight, code.weight);
    if (std::ranges::find(into.labels, code.label) == into.labels.end()) {
      into.labels.push_back(code.label);
    }
  }
}

ListSpec addresses(std::string zone, std::vector<ListCode> codes) {
  ListSpec list;
  list.zone = std::move(zone);
  list.codes = std::move(codes);
  return list;
}

}  // namespace

std::string_view list_outcome_name(ListOutcome outcome) {
  constexpr std::array<std::string_view, 4> kNames = {"listed", "clean", "refused", "unknown"};
  return kNames.at(static_cast<std::size_t>(outcome));
}

std::vector<ListSpec> default_lists() {
  std::vector<ListSpec> lists;
  lists.push_back(addresses("zen.spamhaus.org", {{2, 2, 4.0, "SBL"},
                                                 {3, 3, 4.0, "CSS"},
                                                 {4, 7, 5.0, "XBL"},
                                                 {9, 9, 6.0, "DROP"},
                                                 {10, 11, 3.0, "PBL"}}));
  lists.push_back(addresses("bl.spamcop.net", {{2, 2, 2.0, "SpamCop"}}));
  lists.push_back(addresses("psbl.surriel.com", {{2, 2, 2.0, "PSBL"}}));
  lists.push_back(addresses("bl.mailspike.net", {{2, 2, 3.0, "zombie"},
                                                 {10, 10, 3.0, "worst"},
                                                 {11, 11, 2.0, "very bad"},
                                                 {12, 12, 1.0, "bad"}}));
  lists.back().has_v6 = false;
  lists.push_back(addresses(
      "list.dnswl.org",
      {{0, 0, -0.5, "none"}, {1, 1, -1.0, "low"}, {2, 2, -2.0, "medium"}, {3, 3, -3.0, "high"}}));
  lists.back().style = ListSpec::Style::last_octet;
  lists.back().refusals = {255};
  lists.push_back({.zone = "dbl.spamhaus.org",
                   .of = ListSpec::Of::domains,
                   .codes = {{0x102, 0x102, 4.0, "spam"},
                             {0x104, 0x104, 6.0, "phishing"},
                             {0x105, 0x105, 6.0, "malware"},
                             {0x106, 0x106, 6.0, "botnet"},
                             {0x166, 0x16a, 1.5, "abused"}},
                   .refusals = {0x1ff}});  // an address was asked for
  lists.push_back({.zone = "multi.surbl.org",
                   .of = ListSpec::Of::domains,
                   .style = ListSpec::Style::bits,
                   .codes = {{8, 8, 5.0, "phishing"},
                             {16, 16, 5.0, "malware"},
                             {64, 64, 3.0, "abuse"},
                             {128, 128, 1.5, "cracked"}},
                   .refusals = {1},
                   .test_name = "test.surbl.org"});
  lists.push_back({.zone = "multi.uribl.com",
                   .of = ListSpec::Of::domains,
                   .style = ListSpec::Style::bits,
                   .codes = {{2, 2, 3.0, "black"}, {4, 4, 0.5, "grey"}, {8, 8, 1.0, "red"}},
                   .refusals = {1},
                   .test_name = "test.uribl.com"});
  return lists;
}

std::vector<ListSpec> default_lists(const std::string& spamhaus_key) {
  auto lists = default_lists();
  if (spamhaus_key.empty()) return lists;
  for (auto& list : lists) {
    if (!list.zone.ends_with(".spamhaus.org")) continue;
    list.zone = list.zone.substr(0, list.zone.find('.')) + ".dq.spamhaus.net";
    list.key = spamhaus_key;
  }
  return lists;
}

std::string list_question(const ListSpec& list, const net::IpAddress& ip) {
  if (list.of != ListSpec::Of::addresses || (!ip.is_v4() && !list.has_v6)) return {};
  return below_zone(list, reversed(ip));
}

std::string list_question(const ListSpec& list, std::string_view domain) {
  if (list.of != ListSpec::Of::domains || domain.empty()) return {};
  return below_zone(list, std::string(domain));
}

ListFinding read_list_answer(const ListSpec& list, std::string_view subject,
                             const net::DnsAnswer<std::string>& answer) {
  ListFinding out{.list = list.zone, .subject = std::string(subject), .of = list.of};
  if (answer.status == net::DnsStatus::no_such_domain) {
    out.outcome = ListOutcome::clean;
    return out;
  }
  if (answer.status != net::DnsStatus::found) {
    out.detail = answer.error.empty() ? "no address in the answer" : answer.error;
    return out;
  }
  for (std::size_t i = 0; i < std::min(answer.records.size(), kMaxListAnswers); ++i) {
    const auto address = net::parse_address(answer.records[i]);
    if (!address) continue;
    if (auto reason = refusal(list, *address)) {
      return {.list = list.zone,
              .subject = std::string(subject),
              .outcome = ListOutcome::refused,
              .detail = std::move(*reason),
              .of = list.of};
    }
    read_code(list, octets_after_first(*address), out);
    out.detail.append(out.detail.empty() ? "" : " ").append(address->text());
  }
  return out;
}

}  // namespace freehold::filter
