#include "message/header.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxBlock = std::numeric_limits<std::uint32_t>::max();

std::uint32_t narrow(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

// The end of the field that begins at `at`: after its line and all lines that continue it.
std::size_t field_end(std::string_view block, std::size_t at) {
  do {
    const std::size_t newline = block.find('\n', at);
    if (newline == std::string_view::npos) return block.size();
    at = newline + 1;
  } while (at < block.size() && (block[at] == ' ' || block[at] == '\t'));
  return at;
}

}  // namespace

std::size_t field_name_size(std::string_view line) {
  std::size_t size = 0;
  while (size < line.size() && line[size] > ' ' && line[size] != '\x7f' && line[size] != ':')
    ++size;
  std::size_t colon = size;
  while (colon < line.size() && (line[colon] == ' ' || line[colon] == '\t')) ++colon;
  return colon < line.size() && line[colon] == ':' ? size : 0;
}

Header::Header(std::string raw, std::size_t max_fields) : raw_(std::move(raw)) {
  if (raw_.size() > kMaxBlock) raw_.resize(kMaxBlock);
  const std::string_view block(raw_);
  fields_.reserve(std::min<std::size_t>(max_fields, 32));
  for (std::size_t at = 0; at < block.size();) {
    const std::size_t end = field_end(block, at);
    const std::string_view line = block.substr(at, end - at);
    const std::size_t name = field_name_size(line);
    if (name > 0) {
      if (fields_.size() >= max_fields) {
        limited_ = true;
        return;
      }
      const std::size_t value = line.find(':') + 1;
      std::size_t size = line.size() - value;
      if (size > 0 && line[value + size - 1] == '\n') --size;
      if (size > 0 && line[value + size - 1] == '\r') --size;
      fields_.push_back({narrow(at), narrow(name), narrow(at + value), narrow(size), narrow(end)});
    }
    at = end;
  }
}

std::string_view Header::name(const Field& field) const {
  return std::string_view(raw_).substr(field.begin, field.name_size);
}

std::string_view Header::value(const Field& field) const {
  return std::string_view(raw_).substr(field.value_begin, field.value_size);
}

std::string_view Header::line(const Field& field) const {
  return std::string_view(raw_).substr(field.begin, field.end - field.begin);
}

const Field* Header::find(std::string_view wanted) const {
  const auto found = std::ranges::find_if(
      fields_, [&](const Field& field) { return iequals(name(field), wanted); });
  return found == fields_.end() ? nullptr : &*found;
}

std::string Header::get(std::string_view wanted) const {
  const Field* field = find(wanted);
  return field == nullptr ? std::string() : unfold(value(*field));
}

std::string unfold(std::string_view value) {
  value = trim(value);
  std::string out(value);
  std::erase_if(out, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return out;
}

}  // namespace freehold::message
