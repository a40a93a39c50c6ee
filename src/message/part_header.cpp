#include "message/part_header.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kMaxLanguages = 50;

std::string first_token(std::string_view value) {
  Scanner in(value);
  in.skip_cfws();
  return to_lower(in.take_while([](char c) { return !is_blank(c) && c != ';' && c != '('; }));
}

std::vector<std::string> languages(std::string_view value) {
  std::vector<std::string> out;
  Scanner in(value);
  while (!in.at_end() && out.size() < kMaxLanguages) {
    in.skip_cfws();
    const std::string_view tag =
        in.take_while([](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '*'; });
    if (!tag.empty()) {
      out.emplace_back(tag);
    } else {
      in.skip();
    }
  }
  return out;
}

void set_text(std::string& member, std::string_view value) {
  if (member.empty()) member = unfold(value);
}

// `name` without "content-". The first field of each kind counts.
void take_field(Part& part, std::string_view name, std::string_view value) {
  if (iequals(name, "type")) {
    if (!part.type.empty()) return;
    MediaType media = parse_media_type(value);
    part.type = std::move(media.type);
    part.subtype = std::move(media.subtype);
    part.parameters = std::move(media.parameters);
  } else if (iequals(name, "transfer-encoding")) {
    if (part.encoding.empty()) part.encoding = first_token(value);
  } else if (iequals(name, "disposition")) {
    if (!part.disposition.empty()) return;
    ParameterizedValue parsed = parse_parameterized(value);
    part.disposition = std::move(parsed.value);
    part.disposition_parameters = std::move(parsed.parameters);
  } else if (iequals(name, "id")) {
    set_text(part.id, value);
  } else if (iequals(name, "description")) {
    set_text(part.description, value);
  } else if (iequals(name, "language")) {
    if (part.languages.empty()) part.languages = languages(value);
  } else if (iequals(name, "location")) {
    set_text(part.location, value);
  } else if (iequals(name, "md5")) {
    set_text(part.md5, value);
  }
}

}  // namespace

void describe_part(Part& part, const Header& header) {
  constexpr std::string_view prefix = "content-";
  for (const Field& field : header.fields()) {
    const std::string_view name = header.name(field);
    if (istarts_with(name, prefix))
      take_field(part, name.substr(prefix.size()), header.value(field));
  }
  if (part.encoding.empty()) part.encoding = "7bit";
}

}  // namespace freehold::message
