#include "imap/sequence_set.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace freehold::imap {

namespace {

// nz-number / "*"
std::optional<std::uint32_t> parse_seq_number(std::string_view text) {
  if (text == "*") return SequenceSet::kStar;
  const auto number = parse_number(text);
  if (!number || *number == 0 || *number > 0xffffffff || text.front() == '0') return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

}  // namespace

std::optional<SequenceSet> SequenceSet::parse(std::string_view text) {
  SequenceSet set;
  if (text == "$") {
    set.saved_result = true;
    return set;
  }
  while (true) {
    const auto comma = text.find(',');
    const auto item = text.substr(0, comma);
    const auto colon = item.find(':');
    const auto first = parse_seq_number(item.substr(0, colon));
    const auto last =
        colon == std::string_view::npos ? first : parse_seq_number(item.substr(colon + 1));
    if (!first || !last) return std::nullopt;
    set.ranges.emplace_back(std::min(*first, *last), std::max(*first, *last));
    if (comma == std::string_view::npos) return set;
    text.remove_prefix(comma + 1);
  }
}

SequenceSet SequenceSet::resolved(std::uint32_t largest) const {
  SequenceSet out;
  for (auto [first, last] : ranges) {
    // "7:*" with fewer than seven is "*:7": the largest is always in it (RFC 9051, 9).
    if (first == kStar) first = largest;
    if (last == kStar) last = largest;
    out.ranges.emplace_back(std::min(first, last), std::max(first, last));
  }
  std::ranges::sort(out.ranges);
  std::size_t kept = 0;
  for (const auto& [first, last] : out.ranges) {
    if (kept > 0 && first <= out.ranges[kept - 1].second + std::uint64_t{1}) {
      out.ranges[kept - 1].second = std::max(out.ranges[kept - 1].second, last);
    } else {
      out.ranges[kept++] = {first, last};
    }
  }
  out.ranges.resize(kept);
  return out;
}

bool SequenceSet::contains(std::uint32_t number) const {
  const auto after =
      std::ranges::upper_bound(ranges, number, {}, [](const auto& r) { return r.first; });
  return after != ranges.begin() && std::prev(after)->second >= number;
}

std::vector<std::uint32_t> numbers(const std::vector<Uid>& uids) {
  std::vector<std::uint32_t> out;
  out.reserve(uids.size());
  for (const auto uid : uids) out.push_back(uid.value);
  return out;
}

std::string format_set(const std::vector<std::uint32_t>& ascending) {
  std::string text;
  for (std::size_t i = 0; i < ascending.size();) {
    std::size_t end = i + 1;
    while (end < ascending.size() && ascending[end] == ascending[end - 1] + 1) ++end;
    if (!text.empty()) text += ',';
    text += std::to_string(ascending[i]);
    if (end - i > 1) text += ':' + std::to_string(ascending[end - 1]);
    i = end;
  }
  return text;
}

}  // namespace freehold::imap
