#include "mailstore/header_extract.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "message/header.hpp"

namespace freehold::mailstore {

namespace {

// What mail programs show in lists, and search.
constexpr std::string_view kTaken[] = {
    "date",       "from",     "sender",     "reply-to",    "to",          "cc",
    "bcc",        "subject",  "message-id", "in-reply-to", "references",  "list-id",
    "x-priority", "priority", "importance", "newsgroups",  "content-type"};
constexpr std::size_t kMaxLines = 4096;
constexpr std::size_t kMaxOthers = 250;  // their number is one byte

// FNV-1a of the name in lower case.
std::uint32_t hash_of(std::string_view name) {
  std::uint32_t hash = 2166136261;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(ascii_lower(c));
    hash *= 16777619;
  }
  return hash;
}

// False: there are too many.
bool add(const message::Header& header, std::vector<std::uint32_t>& others, std::string& lines) {
  for (const auto& field : header.fields()) {
    const auto name = header.name(field);
    if (HeaderExtract::takes(name))
      lines += header.line(field);
    else
      others.push_back(hash_of(name));
  }
  return lines.size() <= kMaxLines;
}

}  // namespace

bool HeaderExtract::takes(std::string_view name) {
  return std::ranges::any_of(kTaken,
                             [name](std::string_view taken) { return iequals(name, taken); });
}

std::optional<std::string> HeaderExtract::make(std::string_view header, std::string_view prefix) {
  std::vector<std::uint32_t> others;
  std::string lines;
  // A field without a line end is cut off: it is left to the whole header.
  if (!add(message::Header(std::string(prefix)), others, lines) ||
      !add(message::Header(std::string(header)), others, lines) ||
      (!lines.empty() && !lines.ends_with('\n'))) {
    return std::nullopt;
  }
  std::ranges::sort(others);
  others.erase(std::ranges::unique(others).begin(), others.end());
  if (others.size() > kMaxOthers) return std::nullopt;
  std::string record(1, static_cast<char>(others.size()));
  for (const auto hash : others) append_u32(record, hash);
  return record + lines;
}

HeaderExtract::HeaderExtract(std::string_view record) {
  if (record.empty()) return;
  const std::size_t size = std::size_t{4} * static_cast<unsigned char>(record.front());
  if (record.size() < 1 + size) return;
  others_ = record.substr(1, size);
  lines_ = record.substr(1 + size);
}

bool HeaderExtract::answers(const std::vector<std::string>& names) const {
  return std::ranges::all_of(names, [this](const std::string& name) {
    if (takes(name)) return true;
    const auto hash = hash_of(name);
    for (std::size_t i = 0; i < others_.size(); i += 4) {
      if (read_u32(others_.substr(i, 4)) == hash) return false;
    }
    return true;
  });
}

}  // namespace freehold::mailstore
