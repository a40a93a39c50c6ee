#include "trust/signed_header.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"

namespace freehold::trust {

namespace {

// How far the fields of one name are used up, from the bottom.
struct Place {
  std::string_view name;
  std::size_t above = 0;  // the next one is sought among the fields before this one
};

const message::Field* next_of(const message::Header& header, Place& place,
                              const message::Field* own) {
  const auto fields = header.fields();
  while (place.above > 0) {
    const message::Field& field = fields[--place.above];
    if (&field != own && iequals(header.name(field), place.name)) return &field;
  }
  return nullptr;
}

}  // namespace

void append_own_field(std::string& out, Canonicalization how, std::string_view name,
                      std::string_view value, std::string_view line, std::size_t b_begin,
                      std::size_t b_end) {
  std::string without_b(value.substr(0, b_begin));
  without_b += value.substr(b_end);
  // The line is what stands before the value, and the value.
  std::string own_line(line.substr(0, static_cast<std::size_t>(value.data() - line.data())));
  own_line += without_b;
  append_canonical(out, how, name, without_b, own_line);
  out.resize(out.size() - 2);
}

void append_signed_fields(std::string& out, Canonicalization how, const message::Header& header,
                          std::span<const std::string> names, const message::Field* own) {
  std::vector<Place> places;
  for (const std::string& name : names) {
    auto place = std::ranges::find(places, std::string_view(name), &Place::name);
    if (place == places.end()) {
      places.push_back({name, header.fields().size()});
      place = std::prev(places.end());
    }
    if (const message::Field* field = next_of(header, *place, own)) {
      append_canonical(out, how, header.name(*field), header.value(*field), header.line(*field));
    }
  }
}

}  // namespace freehold::trust
