#include "search/texts.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/bytes.hpp"
#include "message/charset.hpp"
#include "message/encoded_word.hpp"
#include "message/header.hpp"
#include "message/preview.hpp"
#include "message/transfer_encoding.hpp"
#include "search/limits.hpp"

namespace freehold::search {

namespace {

// Fields whose values are signatures and checks: nobody looks for them, and each word of theirs is
// new.
constexpr std::array<std::string_view, 9> kNotIndexed = {
    "dkim-signature",
    "x-google-dkim-signature",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
    "domainkey-signature",
    "autocrypt",
    "x-gm-message-state",
    "x-ms-exchange-antispam-messagedata-0",
};

std::string read_range(const store::BodyReader& body, std::uint64_t at, std::uint64_t end) {
  std::string raw;
  while (at < end) {
    const auto piece = body.read(at, static_cast<std::size_t>(end - at));
    if (piece.empty()) break;
    raw += piece;
    at += piece.size();
  }
  return raw;
}

template <class Parameters>
std::string parameter(const Parameters& parameters, std::string_view name) {
  for (const auto& each : parameters) {
    if (each.name() == name) return each.value();
  }
  return {};
}

std::string name_of(const schema::Part& part) {
  auto name = parameter(part.disposition_parameters(), "filename");
  if (name.empty()) name = parameter(part.parameters(), "name");
  return message::decode_text(name.substr(0, kMaxFieldBytes));
}

void read_header(const schema::Content& content, std::string prefix, const store::BodyReader& body,
                 MessageTexts& out) {
  out.header_is_cut = content.header_cut();
  std::size_t room = kMaxHeader;
  const message::Header header(header_section(content, std::move(prefix), body, kMaxHeader));
  for (const auto& field : header.fields()) {
    const auto name = header.name(field);
    if (std::ranges::find(kNotIndexed, to_lower(name)) != kNotIndexed.end()) continue;
    const auto whole = header.value(field);
    const auto value = whole.substr(0, std::min(room, kMaxFieldBytes));
    room -= value.size();
    if (value.size() < whole.size()) out.header_is_cut = true;
    out.fields.emplace_back(name, message::decode_text(value));
  }
}

}  // namespace

std::string header_section(const schema::Content& content, std::string prefix,
                           const store::BodyReader& body, std::uint64_t most) {
  if (!content.header_cut()) return std::move(prefix) + content.header();
  const auto end = content.parts().empty() ? most : content.parts(0).body_begin();
  return std::move(prefix) + read_range(body, 0, std::min<std::uint64_t>(end, most));
}

std::string text_of_part(const schema::Part& part, const store::BodyReader& body,
                         std::uint64_t most) {
  const auto end = std::min(part.body_end(), part.body_begin() + most);
  const auto decoded = message::decode_transfer(read_range(body, part.body_begin(), end),
                                                message::transfer_encoding(part.encoding()));
  auto text = message::to_utf8(decoded, parameter(part.parameters(), "charset"));
  if (part.subtype() == "html") text = message::text_of_html(text, text.size());
  return text;
}

std::string bytes_of_part(const schema::Part& part, const store::BodyReader& body,
                          std::uint64_t most) {
  if (part.body_end() - part.body_begin() > most) return {};
  return message::decode_transfer(read_range(body, part.body_begin(), part.body_end()),
                                  message::transfer_encoding(part.encoding()));
}

MessageTexts read_texts(const schema::Content& content, std::string prefix,
                        const store::BodyReader& body) {
  MessageTexts out;
  read_header(content, std::move(prefix), body, out);
  const int count = std::min(content.parts_size(), static_cast<int>(kMaxParts));
  for (int i = 0; i < count; ++i) {
    const auto& part = content.parts(i);
    const auto name = name_of(part);
    if (!name.empty()) out.file_names += name + "\n";
    if (part.type() == "text") {
      if (out.body.size() >= kMaxText) continue;
      out.body += text_of_part(part, body, kMaxRawPart);
      out.body.resize(message::utf8_prefix(out.body, kMaxText).size());
      out.body += '\n';
    } else if (part.type() != "multipart" && part.type() != "message") {
      out.attachments.push_back({i, to_lower(part.type() + "/" + part.subtype()), name,
                                 part.body_end() - part.body_begin()});
    }
  }
  return out;
}

}  // namespace freehold::search
