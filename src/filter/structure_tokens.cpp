#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "filter/limits.hpp"
#include "filter/token_kinds.hpp"

namespace freehold::filter {

namespace {

// What a person opens and what then runs.
constexpr std::array<std::string_view, 22> kRuns = {
    "exe", "scr", "com", "bat", "cmd", "pif", "js",  "jse", "vbs", "vbe", "wsf",
    "hta", "jar", "msi", "lnk", "ps1", "iso", "img", "cpl", "dll", "reg", "xll"};

// "multipart/alternative(text/plain,text/html)"
void write_shape(std::string& out, const std::vector<message::Part>& parts) {
  std::vector<std::uint32_t> open;  // multiparts whose parts are being written
  for (std::size_t i = 0; i < parts.size() && out.size() < kMaxShapeBytes; ++i) {
    const message::Part& part = parts[i];
    while (!open.empty() && open.back() != part.parent) {
      open.pop_back();
      out.push_back(')');
    }
    if (!out.empty() && out.back() != '(') out.push_back(',');
    out.append(part.type.substr(0, 20)).append("/").append(part.subtype.substr(0, 30));
    if (part.children > 0) {
      out.push_back('(');
      open.push_back(static_cast<std::uint32_t>(i));
    }
  }
  if (out.size() > kMaxShapeBytes) out.resize(kMaxShapeBytes);
}

std::string extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot > 8) return {};
  return to_lower(trim(name.substr(dot + 1)));
}

void add_attachment(Tokens& to, const message::Part& part) {
  const std::string name = part.filename();
  if (name.empty()) {
    to.add("attachment", "without a name");
    return;
  }
  const std::string last = extension(name);
  to.add("attachment", last.empty() ? "without a kind" : last);
  const bool runs = std::ranges::find(kRuns, last) != kRuns.end();
  if (runs) to.add("attachment", "that runs");
  const std::string before = extension(name.substr(0, name.rfind('.')));
  if (runs && !before.empty()) to.add("attachment", "of two kinds");
}

}  // namespace

void add_structure_tokens(Tokens& to, const message::Parsed& parsed) {
  std::string shape;
  write_shape(shape, parsed.parts);
  to.add("shape", shape);
  std::size_t attachments = 0;
  for (std::size_t i = 0; i < parsed.parts.size() && i < kMaxFieldNames; ++i) {
    const message::Part& part = parsed.parts[i];
    if (part.type == "text") {
      to.add("charset", to_lower(part.charset().substr(0, 40)));
      to.add("encoding", part.encoding.substr(0, 40));
    }
    if (!message::is_attachment(parsed.parts, i)) continue;
    if (++attachments <= kMaxAttachments) add_attachment(to, part);
  }
  if (attachments > 0) to.add("attachments", count_class(attachments));
  to.add("size", count_class(static_cast<std::size_t>(parsed.size / 256)));
  if (parsed.limited) to.add("structure", "over the limits");
  if (parsed.has_nul) to.add("structure", "with NUL");
  if (parsed.bare_lf) to.add("structure", "with bare line ends");
}

}  // namespace freehold::filter
