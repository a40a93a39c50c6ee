#include "trust/domain_name.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "directory/address.hpp"
#include "net/dns_rdata.hpp"

namespace freehold::trust {

std::optional<std::string> comparable_domain(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (!is_ascii(name)) {
    auto canonical = directory::canonical_domain(name);
    if (!canonical) return {};
    return std::move(*canonical);
  }
  // ASCII is taken as it stands: that a label is no good host name (a leading hyphen, say) is for
  // the DNS to find.
  if (!net::is_dns_name(name) || name.starts_with('[')) return {};
  return to_lower(name);
}

std::string_view parent_domain(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

std::size_t count_labels(std::string_view name) {
  return name.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(name, '.')) + 1;
}

std::string_view last_labels(std::string_view name, std::size_t count) {
  for (std::size_t labels = count_labels(name); labels > count; --labels) {
    name = parent_domain(name);
  }
  return name;
}

bool is_within(std::string_view name, std::string_view domain) {
  if (name.size() < domain.size()) return false;
  const std::size_t above = name.size() - domain.size();
  return iequals(name.substr(above), domain) && (above == 0 || name[above - 1] == '.');
}

}  // namespace freehold::trust
