#include "filter/milter_edits.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "message/header.hpp"
#include "message/header_writer.hpp"

namespace freehold::filter::milter {

namespace {

constexpr std::size_t kMaxLine = 998;  // RFC 5322, 2.1.1

bool has_long_line(std::string_view field) {
  for (std::size_t at = 0; at < field.size();) {
    const auto end = std::min(field.find("\r\n", at), field.size());
    if (end - at > kMaxLine) return true;
    at = end + 2;
  }
  return false;
}

// Takes a line break with the white space around it, and gives what the next line begins with. Not
// a line of white space alone (RFC 5322, 3.2.2).
std::string take_fold(std::string_view& value) {
  const auto size = std::min(value.find_first_not_of(" \t\r\n"), value.size());
  const auto space = value.substr(0, size);
  value.remove_prefix(size);
  const auto blanks = space.substr(space.find_last_of("\r\n") + 1);
  return blanks.empty() ? "\t" : std::string(blanks);
}

}  // namespace

std::string milter_field(std::string_view name, std::string_view value, bool leading_space) {
  std::string field(name);
  field += leading_space ? ":" : ": ";
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  while (!value.empty()) {
    const auto c = static_cast<unsigned char>(value.front());
    if (c == '\n') {
      field += "\r\n";
      field += take_fold(value);
      continue;
    }
    if (c >= ' ' || c == '\t') field += value.front();
    value.remove_prefix(1);
  }
  field += "\r\n";
  if (!has_long_line(field)) return field;
  return message::HeaderWriter().raw(name, trim(value)).str();
}

std::string milter_value(std::string_view value, bool leading_space) {
  std::string out(value);
  std::erase(out, '\r');
  if (!leading_space && out.starts_with(' ')) out.erase(0, 1);
  return out;
}

bool HeaderEdits::apply(const HeaderChange& change, bool leading_space) {
  std::string field;
  if (change.what != HeaderChange::What::change || !change.value.empty()) {
    field = milter_field(change.name, change.value, leading_space);
  }
  added_bytes_ += field.size();
  if (added_bytes_ > kMaxMilterAdded) return false;
  if (change.what == HeaderChange::What::change) {
    if (change_field(change, field) || field.empty()) return true;
  }
  // What is to be changed and is not there is added, as Sendmail does it.
  const auto at = change.what == HeaderChange::What::insert
                      ? std::min<std::size_t>(change.index, added_.size())
                      : added_.size();
  added_.insert(added_.begin() + static_cast<std::ptrdiff_t>(at), std::move(field));
  return true;
}

// False: there is no such field.
bool HeaderEdits::change_field(const HeaderChange& change, std::string field) {
  auto left = std::max<std::uint32_t>(change.index, 1);
  for (auto line = added_.begin(); line != added_.end(); ++line) {
    if (!iequals(std::string_view(*line).substr(0, line->find(':')), change.name)) continue;
    if (--left > 0) continue;
    if (field.empty()) {
      added_.erase(line);
    } else {
      *line = std::move(field);
    }
    return true;
  }
  const message::Header header(header_);
  for (const auto& found : header.fields()) {
    if (!iequals(header.name(found), change.name)) continue;
    if (--left > 0) continue;
    header_.replace(found.begin, found.end - found.begin, field);
    header_changed_ = true;
    return true;
  }
  return false;
}

std::string HeaderEdits::added() const {
  std::string all;
  for (const auto& field : added_) all += field;
  return all;
}

}  // namespace freehold::filter::milter
