#include "imap/structure.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "mailstore/envelope_text.hpp"
#include "schema/mailstore.pb.h"

namespace freehold::imap {

namespace {

constexpr int kMaxDepth = 64;  // the parser keeps to less

void put_nstring(Output& out, std::string_view text) { out.nstring(text, text.empty()); }

template <class Parameters>
void put_parameters(Output& out, const Parameters& parameters) {
  if (parameters.empty()) {
    out << "NIL";
    return;
  }
  out << '(';
  bool first = true;
  for (const auto& parameter : parameters) {
    if (!first) out << ' ';
    first = false;
    out.string(parameter.name());
    out << ' ';
    out.string(parameter.value());
  }
  out << ')';
}

bool is(const schema::Part& part, std::string_view type) { return iequals(part.type(), type); }
bool is_embedded_message(const schema::Part& part) {
  return is(part, "message") &&
         (iequals(part.subtype(), "rfc822") || iequals(part.subtype(), "global"));
}

std::vector<int> children_of(const schema::Content& content, int index) {
  std::vector<int> children;
  for (int i = index + 1; i < content.parts_size(); ++i) {
    if (content.parts(i).parent() == index) children.push_back(i);
  }
  return children;
}

// Writes one part and those within it.
class Structure {
 public:
  Structure(Output& out, const schema::Content& content, bool extended)
      : out_(out),
        content_(content),
        extended_(extended),
        children_(static_cast<std::size_t>(content.parts_size())) {
    for (int i = 1; i < content.parts_size(); ++i) {
      const auto parent = content.parts(i).parent();
      if (parent >= 0 && parent < i) children_[static_cast<std::size_t>(parent)].push_back(i);
    }
  }

  void put(int index, int depth) {
    const auto& part = content_.parts(index);
    const auto& children = children_[static_cast<std::size_t>(index)];
    if (is(part, "multipart") && !children.empty() && depth < kMaxDepth)
      return put_multipart(part, children, depth);
    put_single(part, children, depth);
  }

 private:
  void put_multipart(const schema::Part& part, const std::vector<int>& children, int depth) {
    out_ << '(';
    for (const auto child : children) put(child, depth + 1);
    out_ << ' ';
    out_.string(part.subtype());
    if (extended_) {
      out_ << ' ';
      put_parameters(out_, part.parameters());
      put_disposition(part);
    }
    out_ << ')';
  }

  void put_single(const schema::Part& part, const std::vector<int>& children, int depth) {
    out_ << '(';
    // A multipart without parts has to be something else for a client.
    const bool broken = is(part, "multipart");
    out_.string(broken ? "text" : part.type());
    out_ << ' ';
    out_.string(broken ? "plain" : part.subtype());
    out_ << ' ';
    put_parameters(out_, part.parameters());
    out_ << ' ';
    put_nstring(out_, part.id());
    out_ << ' ';
    put_nstring(out_, part.description());
    out_ << ' ';
    out_.string(part.encoding().empty() ? "7BIT" : part.encoding());
    out_ << ' ' << part.body_end() - part.body_begin();
    if (is_embedded_message(part) && !children.empty() && depth < kMaxDepth) {
      out_ << ' ';
      out_ << mailstore::envelope_text(part.envelope());
      out_ << ' ';
      put(children.front(), depth + 1);
      out_ << ' ' << part.lines();
    } else if (broken || is(part, "text")) {
      out_ << ' ' << part.lines();
    }
    if (extended_) {
      out_ << ' ';
      put_nstring(out_, part.md5());
      put_disposition(part);
    }
    out_ << ')';
  }

  void put_disposition(const schema::Part& part) {
    out_ << ' ';
    if (part.disposition().empty()) {
      out_ << "NIL";
    } else {
      out_ << '(';
      out_.string(part.disposition());
      out_ << ' ';
      put_parameters(out_, part.disposition_parameters());
      out_ << ')';
    }
    out_ << ' ';
    if (part.languages().empty()) {
      out_ << "NIL";
    } else {
      out_ << '(';
      for (int i = 0; i < part.languages_size(); ++i) {
        if (i > 0) out_ << ' ';
        out_.string(part.languages(i));
      }
      out_ << ')';
    }
    out_ << ' ';
    put_nstring(out_, part.location());
  }

  Output& out_;
  const schema::Content& content_;
  bool extended_;
  std::vector<std::vector<int>> children_;
};

}  // namespace

void put_body_structure(Output& out, const schema::Content& content, bool extended) {
  if (content.parts().empty()) {
    out << "(\"text\" \"plain\" NIL NIL NIL \"7BIT\" 0 0)";
    return;
  }
  Structure(out, content, extended).put(0, 0);
}

std::optional<int> find_part(const schema::Content& content,
                             const std::vector<std::uint32_t>& numbers) {
  if (content.parts().empty()) return std::nullopt;
  int at = 0;
  bool within = true;  // numbers count the parts inside `at`: so it is with the message itself
  for (const auto number : numbers) {
    auto inside = at;
    if (!within && is_embedded_message(content.parts(at))) {
      const auto nested = children_of(content, at);
      if (nested.empty()) return std::nullopt;
      inside = nested.front();
    } else if (!within && !is(content.parts(at), "multipart")) {
      return std::nullopt;
    }
    within = false;
    const auto children =
        is(content.parts(inside), "multipart") ? children_of(content, inside) : std::vector<int>();
    if (children.empty()) {
      // A message that is no multipart has one part: its text (RFC 9051, 6.4.5.1).
      if (number != 1) return std::nullopt;
      at = inside;
      continue;
    }
    if (number > children.size()) return std::nullopt;
    at = children[number - 1];
  }
  return at;
}

std::string pick_fields(std::string_view header, const std::vector<std::string>& names,
                        bool among) {
  std::string out;
  out.reserve(std::min<std::size_t>(header.size(), 512));
  bool taking = false;
  while (!header.empty()) {
    const auto end = header.find('\n');
    const auto line = header.substr(0, end == std::string_view::npos ? header.size() : end + 1);
    header.remove_prefix(line.size());
    if (line.front() <= ' ' && trim(line).empty()) break;
    if (line.front() != ' ' && line.front() != '\t') {
      const auto name = trim(line.substr(0, line.find(':')));
      const bool named = std::ranges::any_of(
          names, [&](const std::string& other) { return iequals(name, other); });
      taking = named == among;
    }
    if (taking) out.append(line);
  }
  out += "\r\n";
  return out;
}

std::optional<SectionBytes> locate(
    const schema::Content& content, const std::string& prefix, std::uint64_t body_size,
    const Section& section, const std::function<std::string(std::uint64_t, std::uint64_t)>& read) {
  using What = Section::What;
  if (content.parts().empty()) return std::nullopt;
  SectionBytes bytes;
  const bool of_message = section.part.empty();
  if (of_message && section.what == What::all) {
    bytes.picked = prefix;
    bytes.end = body_size;
    return bytes;
  }
  const auto found = find_part(content, section.part);
  if (!found) return std::nullopt;
  const schema::Part* part = &content.parts(*found);
  const auto range = [&](std::uint64_t begin, std::uint64_t end) {
    bytes.begin = std::min(begin, body_size);
    bytes.end = std::clamp(end, bytes.begin, body_size);
  };
  if (section.what == What::all) {
    range(part->body_begin(), part->body_end());
    return bytes;
  }
  if (section.what == What::mime) {
    range(part->header_begin(), part->body_begin());
    return bytes;
  }
  // HEADER and TEXT are those of a message: the whole one, or one that is embedded.
  if (!of_message) {
    const auto nested =
        is_embedded_message(*part) ? children_of(content, *found) : std::vector<int>();
    if (nested.empty()) return std::nullopt;
    part = &content.parts(nested.front());
  }
  if (section.what == What::text) {
    range(part->body_begin(), of_message ? body_size : part->body_end());
    return bytes;
  }
  if (section.what == What::header) {
    range(part->header_begin(), part->body_begin());
    if (of_message) bytes.picked = prefix;
    return bytes;
  }
  const bool stored = of_message && !content.header_cut();
  const auto header = (of_message ? prefix : "") +
                      (stored ? content.header() : read(part->header_begin(), part->body_begin()));
  bytes.picked = pick_fields(header, section.fields, section.what == What::header_fields);
  return bytes;
}

}  // namespace freehold::imap
