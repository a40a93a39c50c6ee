#include "mailstore/flag_maps.hpp"

#include <algorithm>

namespace freehold::mailstore {

namespace {

using Bits = FlagMaps::Bits;

constexpr Flag kFlags[] = {kSeen, kAnswered, kFlagged, kDraft, kDeleted};

}  // namespace

std::uint32_t FlagMaps::bits_of(Bits message) const {
  std::uint32_t bits = 0;
  for (const auto flag : kFlags) {
    if ((with(flag) & message) != 0) bits |= flag;
  }
  return bits;
}

Flags FlagMaps::of(Bits message) const {
  Flags flags{bits_of(message), {}};
  for (const auto& keyword : keywords_) {
    if ((keyword.messages & message) != 0) flags.keywords.push_back(keyword.name);
  }
  return flags;
}

void FlagMaps::set(Flag flag, Bits messages) {
  flags_[static_cast<unsigned>(std::countr_zero(static_cast<std::uint32_t>(flag)))] = messages;
}

void FlagMaps::set(std::string keyword, Bits messages) {
  keywords_.push_back({std::move(keyword), messages});
}

Bits& FlagMaps::bitmap(std::string_view name) {
  const auto at = std::ranges::lower_bound(keywords_, name, {}, &Keyword::name);
  if (at != keywords_.end() && at->name == name) return at->messages;
  return keywords_.insert(at, {std::string(name), 0})->messages;
}

void FlagMaps::drop_empty_keywords() {
  std::erase_if(keywords_, [](const Keyword& keyword) { return keyword.messages == 0; });
}

Bits FlagMaps::change(Bits which, FlagChange how, const Flags& by, FlagMask may) {
  Bits differ = 0;
  const auto set = [&](Bits& messages, bool named) {
    auto after = messages;
    if (named && how != FlagChange::remove) {
      after |= which;
    } else if (named || how == FlagChange::replace) {
      after &= ~which;
    }
    differ |= after ^ messages;
    messages = after;
  };
  for (std::size_t i = 0; i < flags_.size(); ++i) {
    if ((may.bits & kFlags[i]) != 0) set(flags_[i], by.has(kFlags[i]));
  }
  if (may.keywords) {
    for (const auto& name : by.keywords) static_cast<void>(bitmap(name));
    for (auto& keyword : keywords_)
      set(keyword.messages, std::ranges::binary_search(by.keywords, keyword.name));
    drop_empty_keywords();
  }
  return differ;
}

void FlagMaps::adopt(const FlagMaps& newer, Bits which) {
  const auto take = [which](Bits& mine, Bits theirs) { mine = (mine & ~which) | (theirs & which); };
  for (std::size_t i = 0; i < flags_.size(); ++i) take(flags_[i], newer.flags_[i]);
  for (auto& keyword : keywords_) keyword.messages &= ~which;
  for (const auto& keyword : newer.keywords_) take(bitmap(keyword.name), keyword.messages);
  drop_empty_keywords();
}

Bits FlagMaps::differ(const FlagMaps& other) const {
  Bits differ = 0;
  for (std::size_t i = 0; i < flags_.size(); ++i) differ |= flags_[i] ^ other.flags_[i];
  auto theirs = other.keywords_.begin();
  for (const auto& mine : keywords_) {  // both by name
    for (; theirs != other.keywords_.end() && theirs->name < mine.name; ++theirs)
      differ |= theirs->messages;
    const bool same = theirs != other.keywords_.end() && theirs->name == mine.name;
    differ |= mine.messages ^ (same ? theirs->messages : 0);
    if (same) ++theirs;
  }
  for (; theirs != other.keywords_.end(); ++theirs) differ |= theirs->messages;
  return differ;
}

FlagMaps FlagMaps::only(Bits which) const {
  FlagMaps out;
  for (std::size_t i = 0; i < flags_.size(); ++i) out.flags_[i] = flags_[i] & which;
  for (const auto& keyword : keywords_) {
    if ((keyword.messages & which) != 0)
      out.keywords_.push_back({keyword.name, keyword.messages & which});
  }
  return out;
}

}  // namespace freehold::mailstore
