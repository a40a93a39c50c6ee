#include "trust/dmarc_tree.hpp"

#include <utility>

#include "trust/domain_name.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

// RFC 9989, 4.10.2
std::string organizational_domain(const DmarcWalk& walk, std::string_view start) {
  for (const DmarcWalk::Found& found : walk.found) {
    if (found.record->psd == DmarcPsd::no) return found.domain;
    if (found.record->psd == DmarcPsd::yes && found.domain != start) {
      return std::string(last_labels(start, count_labels(found.domain) + 1));
    }
  }
  return walk.found.empty() ? std::string(start) : walk.found.back().domain;
}

}  // namespace

std::vector<std::string_view> tree_walk_names(std::string_view domain) {
  std::vector<std::string_view> names{domain};
  std::string_view above = count_labels(domain) < kMaxDmarcWalk
                               ? parent_domain(domain)
                               : last_labels(domain, kMaxDmarcWalk - 1);
  for (; !above.empty(); above = parent_domain(above)) names.push_back(above);
  return names;
}

awaitable<const DmarcTree::Place*> DmarcTree::at(std::string domain) {
  const auto [entry, is_new] = places_.try_emplace(domain);
  Place& place = entry->second;
  if (!is_new) co_return &place;
  const net::DnsAnswer<std::string> answer = co_await resolver_.txt("_dmarc." + domain);
  if (answer.status == net::DnsStatus::failed || answer.status == net::DnsStatus::bogus) {
    place.error = "TXT of _dmarc." + domain + ": " + answer.error;
  }
  bool several = false;
  for (const std::string& text : answer.records) {
    auto record = parse_dmarc_record(text);
    if (!record) continue;
    several = place.record.has_value();
    if (several) break;
    place.record = std::move(record);
  }
  if (several) place.record.reset();
  co_return &place;
}

awaitable<DmarcWalk> DmarcTree::walk(std::string domain) {
  DmarcWalk walk;
  for (const std::string_view name : tree_walk_names(domain)) {
    const Place* place = co_await at(std::string(name));
    if (!place->error.empty()) {
      walk.error = place->error;
      co_return walk;
    }
    if (!place->record) continue;
    walk.found.push_back({std::string(name), &*place->record});
    if (place->record->psd != DmarcPsd::unknown) break;
  }
  walk.organizational_domain = organizational_domain(walk, domain);
  co_return walk;
}

}  // namespace freehold::trust
