#include "message/header_edit.hpp"

#include "base/bytes.hpp"
#include "message/header.hpp"

namespace freehold::message {

namespace {

std::string_view missing_line_end(std::string_view text) {
  return text.empty() || text.ends_with('\n') ? "" : "\r\n";
}

// Where the empty line begins, or the end of a block that has none.
std::size_t fields_end(std::string_view block) {
  std::size_t at = 0;
  while (at < block.size()) {
    const std::string_view rest = block.substr(at);
    if (rest.starts_with("\r\n") || rest.starts_with('\n')) return at;
    const std::size_t newline = rest.find('\n');
    if (newline == std::string_view::npos) break;
    at += newline + 1;
  }
  return block.size();
}

}  // namespace

bool has_field(std::string_view block, std::string_view name) {
  return Header(std::string(block.substr(0, fields_end(block)))).find(name) != nullptr;
}

std::string without_field(std::string_view block, std::string_view name) {
  return without_fields(
      block, [&](std::string_view found, std::string_view) { return iequals(found, name); });
}

std::string without_fields(
    std::string_view block,
    const std::function<bool(std::string_view name, std::string_view value)>& picked) {
  const std::size_t end = fields_end(block);
  const Header header(std::string(block.substr(0, end)));
  std::string out;
  out.reserve(block.size());
  std::size_t kept = 0;
  for (const Field& field : header.fields()) {
    if (!picked(header.name(field), header.value(field))) continue;
    out.append(block.substr(kept, field.begin - kept));
    kept = field.end;
  }
  out.append(block.substr(kept));
  return out;
}

std::string with_field_at_top(std::string_view block, std::string_view field) {
  std::string out(field);
  out.append(missing_line_end(field));
  out.append(block);
  return out;
}

std::string with_field_at_bottom(std::string_view block, std::string_view field) {
  const std::size_t end = fields_end(block);
  std::string out(block.substr(0, end));
  out.append(missing_line_end(out));
  out.append(field);
  out.append(missing_line_end(field));
  out.append(block.substr(end));
  return out;
}

}  // namespace freehold::message
