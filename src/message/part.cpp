#include "message/part.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::size_t child(std::span<const Part> parts, std::size_t parent, std::uint32_t number) {
  for (std::size_t i = parent + 1; i < parts.size(); ++i) {
    if (parts[i].parent == parent && --number == 0) return i;
    if (parts[i].parent < parent || parts[i].parent == Part::kNoParent) break;
  }
  return kNone;
}

// The part number `number` of the message or multipart whose root is `root`.
std::size_t step(std::span<const Part> parts, std::size_t root, std::uint32_t number) {
  if (number == 0) return kNone;
  if (parts[root].is_multipart()) return child(parts, root, number);
  return number == 1 ? root : kNone;
}

bool is_signature(const Part& part) {
  return part.subtype == "pgp-signature" || part.subtype == "pkcs7-signature" ||
         part.subtype == "x-pkcs7-signature";
}

}  // namespace

std::string Part::charset() const {
  const std::string* value = find_parameter(parameters, "charset");
  return value == nullptr ? std::string() : *value;
}

std::string Part::filename() const {
  const std::string* value = find_parameter(disposition_parameters, "filename");
  if (value == nullptr) value = find_parameter(parameters, "name");
  return value == nullptr ? std::string() : *value;
}

std::optional<std::size_t> find_part(std::span<const Part> parts,
                                     std::span<const std::uint32_t> section) {
  if (parts.empty()) return std::nullopt;
  std::size_t at = 0;
  bool at_root = true;  // of a message, where "1" may be the root itself
  for (const std::uint32_t number : section) {
    if (!at_root && parts[at].is_message() && parts[at].children > 0) {
      ++at;
    } else if (!at_root && !parts[at].is_multipart()) {
      return std::nullopt;
    }
    at = step(parts, at, number);
    if (at == kNone) return std::nullopt;
    at_root = false;
  }
  return at;
}

std::string section_of(std::span<const Part> parts, std::size_t index) {
  std::string out;
  while (index < parts.size()) {
    const Part& part = parts[index];
    const bool is_root = part.parent == Part::kNoParent || parts[part.parent].is_message();
    std::uint32_t number = 1;
    if (!is_root) {
      for (std::size_t i = part.parent + 1; i < index; ++i) {
        if (parts[i].parent == part.parent) ++number;
      }
    }
    // A root multipart has no number of its own.
    if (!is_root || !part.is_multipart()) {
      out.insert(0, std::to_string(number) + (out.empty() ? "" : "."));
    }
    if (part.parent == Part::kNoParent) break;
    index = part.parent;
  }
  return out;
}

bool is_attachment(std::span<const Part> parts, std::size_t index) {
  const Part& part = parts[index];
  if (part.is_multipart()) return false;
  if (part.disposition == "attachment") return true;
  const Part* parent = part.parent < parts.size() ? &parts[part.parent] : nullptr;
  if (parent != nullptr && parent->is_multipart()) {
    // A picture in the text and the parts of a report are not for themselves.
    const bool belongs = parent->subtype == "related" || parent->subtype == "report";
    if (belongs && (parent->subtype == "report" || !part.id.empty())) return false;
  }
  if (is_signature(part)) return false;
  return part.type != "text" || !part.filename().empty();
}

}  // namespace freehold::message
