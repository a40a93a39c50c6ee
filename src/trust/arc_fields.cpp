#include "trust/arc_fields.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "message/scanner.hpp"
#include "trust/canonical.hpp"
#include "trust/limits.hpp"
#include "trust/signature_field.hpp"
#include "trust/tag_list.hpp"

namespace freehold::trust {

namespace {

constexpr std::string_view kResults = "ARC-Authentication-Results";

struct Results {
  unsigned instance = 0;
  std::string_view payload;
};

// [CFWS] "i" [CFWS] "=" [CFWS] position [CFWS] ";" (RFC 8617, 3.9 and 4.1.1)
Results parse_results(std::string_view value) {
  message::Scanner scanner(value);
  scanner.skip_cfws();
  if (!scanner.take('i')) return {};
  scanner.skip_cfws();
  if (!scanner.take('=')) return {};
  scanner.skip_cfws();
  const unsigned instance = parse_instance(scanner.take_while(is_digit));
  scanner.skip_cfws();
  if (!scanner.take(';')) return {};
  return {instance, scanner.rest()};
}

unsigned instance_of(std::string_view value) {
  const auto tags = TagList::parse(value);
  const Tag* tag = tags ? tags->find("i") : nullptr;
  return tag == nullptr ? 0 : parse_instance(tag->value);
}

void append(std::string& out, const message::Header& header, const message::Field& field) {
  append_canonical(out, Canonicalization::relaxed, header.name(field), header.value(field),
                   header.line(field));
}

}  // namespace

ArcFieldsFound find_arc_fields(const message::Header& header) {
  ArcFieldsFound out;
  const auto flaw = [&out](std::string_view what) {
    if (out.flaw.empty()) out.flaw = what;
  };
  for (const message::Field& field : header.fields()) {
    const std::string_view name = header.name(field);
    const message::Field* ArcFields::* member = nullptr;
    if (iequals(name, kResults)) member = &ArcFields::results;
    if (iequals(name, field_name(SignatureKind::arc_message))) member = &ArcFields::message;
    if (iequals(name, field_name(SignatureKind::arc_seal))) member = &ArcFields::seal;
    if (member == nullptr) continue;
    out.any = true;
    const std::string_view value = header.value(field);
    const unsigned instance =
        member == &ArcFields::results ? parse_results(value).instance : instance_of(value);
    if (instance == 0) {
      flaw("an ARC field has no valid instance");
      continue;
    }
    if (out.sets.size() < instance) out.sets.resize(instance);
    const message::Field*& place = out.sets[instance - 1].*member;
    if (place != nullptr) flaw("an ARC field is there twice");
    place = &field;
  }
  const bool whole = std::ranges::all_of(out.sets, [](const ArcFields& set) {
    return set.results != nullptr && set.message != nullptr && set.seal != nullptr;
  });
  if (!whole) flaw("an ARC set is not whole");
  return out;
}

std::string arc_results_payload(std::string_view value) {
  return message::unfold(parse_results(value).payload);
}

void append_arc_set_unsealed(std::string& out, const message::Header& header,
                             const ArcFields& set) {
  append(out, header, *set.results);
  append(out, header, *set.message);
}

void append_arc_set(std::string& out, const message::Header& header, const ArcFields& set) {
  append_arc_set_unsealed(out, header, set);
  append(out, header, *set.seal);
}

}  // namespace freehold::trust
