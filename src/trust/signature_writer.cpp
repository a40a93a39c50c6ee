#include "trust/signature_writer.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "trust/signed_header.hpp"

namespace freehold::trust {

namespace {

constexpr std::size_t kLine = 76;

constexpr std::string_view kOversigned[] = {
    "From",       "To",           "Cc",           "Subject",
    "Date",       "Message-ID",   "Reply-To",     "In-Reply-To",
    "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"};
constexpr std::string_view kListFields[] = {
    "List-Id",        "List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "List-Help",
    "List-Subscribe", "List-Owner",       "List-Archive"};

std::size_t count(const message::Header& header, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(
      header.fields(), [&](const auto& field) { return iequals(header.name(field), name); }));
}

}  // namespace

TagWriter& TagWriter::tag(std::string_view name, std::string_view value) {
  word(std::string(name) + "=" + std::string(value) + ";", false);
  return *this;
}

TagWriter& TagWriter::list(std::string_view name, const std::vector<std::string>& values) {
  std::string piece = std::string(name) + "=";
  for (std::size_t i = 0; i < values.size(); ++i) {
    piece += values[i];
    piece.push_back(i + 1 < values.size() ? ':' : ';');
    word(piece, i > 0);
    piece.clear();
  }
  return *this;
}

// A space before it, or nothing within a list, or a fold.
void TagWriter::word(std::string_view text, bool within_list) {
  const std::size_t gap = within_list ? 0 : 1;
  if (column_ + gap + text.size() > kLine) {
    out_ += "\r\n\t";
    column_ = 8;
  } else {
    out_.append(gap, ' ');
    column_ += gap;
  }
  out_ += text;
  column_ += text.size();
}

std::string TagWriter::finish() { return std::move(out_) + "\r\n\tb="; }

std::string with_signature(std::string field, std::string_view signature) {
  const std::string b = base64(signature);
  std::string_view rest = b;
  std::size_t room = kLine - 10;  // after the tab and "b="
  while (!rest.empty()) {
    if (rest.size() != b.size()) field += "\r\n\t";
    field += rest.substr(0, room);
    rest.remove_prefix(std::min(room, rest.size()));
    room = kLine - 8;
  }
  return field + "\r\n";
}

std::vector<std::string> fields_to_sign(const message::Header& header) {
  std::vector<std::string> out;
  for (const std::string_view name : kOversigned) {
    out.insert(out.end(), count(header, name) + 1, std::string(name));
  }
  const bool is_list = std::ranges::any_of(
      kListFields, [&](std::string_view name) { return count(header, name) > 0; });
  if (!is_list) return out;
  for (const std::string_view name : kListFields) {
    out.insert(out.end(), count(header, name) + 1, std::string(name));
  }
  return out;
}

std::string write_signature(const SignatureText& text, const SigningKey& key,
                            const message::Header& header, const Digest& body_digest) {
  const bool dkim = text.kind == SignatureKind::dkim;
  TagWriter writer(field_name(text.kind));
  if (dkim) {
    writer.tag("v", "1");
  } else {
    writer.tag("i", std::to_string(text.instance));
  }
  writer.tag("a", signature_algorithm(key.key.type())).tag("c", "relaxed/relaxed");
  writer.tag("d", text.domain).tag("s", key.selector);
  if (dkim && !text.identity.empty()) writer.tag("i", text.identity);
  writer.tag("t", std::to_string(to_millis(text.now) / 1000));
  writer.list("h", text.fields).tag("bh", base64(body_digest.view()));
  std::string field = writer.finish();

  std::vector<std::string> lower;
  for (const std::string& name : text.fields) lower.push_back(to_lower(name));
  std::string hashed;
  append_signed_fields(hashed, Canonicalization::relaxed, header, lower, nullptr);
  const std::string_view value = std::string_view(field).substr(field.find(':') + 1);
  append_own_field(hashed, Canonicalization::relaxed, field_name(text.kind), value, field,
                   value.size(), value.size());
  return with_signature(std::move(field), key.key.sign(sha256(hashed)));
}

}  // namespace freehold::trust
