#include "directory/address.hpp"

#include <idn2.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf8.hpp"

namespace freehold::directory {

namespace {

constexpr std::size_t kMaxLocalPart = 64;  // RFC 5321, 4.5.3.1.1
constexpr std::size_t kMaxDomain = 253;    // RFC 1035, 2.3.4, as text

Problem invalid(std::string what) {
  return problem(Problem::Kind::invalid, std::move(what), {},
                 "an address looks like name@example.org");
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool well_formed_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(
             label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool well_formed_domain(std::string_view name) {
  if (name.empty() || name.size() > kMaxDomain) return false;
  while (true) {
    const auto dot = name.find('.');
    if (!well_formed_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

Address Address::without_tag() const {
  const auto plus = local.find('+');
  if (plus == std::string::npos || plus == 0) return *this;
  return {local.substr(0, plus), domain};
}

Result<Address> Address::parse(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) return invalid("'" + std::string(text) + "' has no @");
  auto local = canonical_local_part(text.substr(0, at));
  if (!local) return local.error();
  auto domain = canonical_domain(text.substr(at + 1));
  if (!domain) return domain.error();
  return Address{std::move(*local), std::move(*domain)};
}

Result<std::string> canonical_local_part(std::string_view local) {
  if (local.empty()) return invalid("the part before the @ is empty");
  if (local.size() > kMaxLocalPart)
    return invalid("the part before the @ is longer than 64 octets");
  if (has_control(local)) return invalid("the part before the @ has control characters");
  if (is_ascii(local)) return to_lower(local);
  auto unicode = icu::UnicodeString::fromUTF8(
      icu::StringPiece(local.data(), static_cast<int32_t>(local.size())));
  if (unicode.indexOf(static_cast<UChar>(0xfffd)) >= 0)
    return invalid("the part before the @ is not UTF-8");
  UErrorCode error = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(error);
  if (U_SUCCESS(error)) unicode = nfc->normalize(unicode.toLower(icu::Locale::getRoot()), error);
  if (U_FAILURE(error)) return invalid("the part before the @ cannot be normalised");
  std::string out;
  unicode.toUTF8String(out);
  if (out.size() > kMaxLocalPart)  // some letters are longer in lower case
    return invalid("the part before the @ is longer than 64 octets");
  return out;
}

Result<std::string> canonical_domain(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return invalid("the domain is empty");
  std::string ascii = to_lower(name);
  if (!is_ascii(name) || ascii.contains("xn--")) {
    char* out = nullptr;
    const int status =
        idn2_to_ascii_8z(std::string(name).c_str(), &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (status != IDN2_OK) {
      return invalid("'" + std::string(name) + "' is not a domain name: " + idn2_strerror(status));
    }
    ascii = to_lower(out);
    idn2_free(out);
  }
  if (!well_formed_domain(ascii))
    return invalid("'" + std::string(name) + "' is not a domain name");
  return ascii;
}

std::string display_domain(const std::string& canonical) {
  char* out = nullptr;
  if (!canonical.contains("xn--") || idn2_to_unicode_8z8z(canonical.c_str(), &out, 0) != IDN2_OK) {
    return canonical;
  }
  std::string text = out;
  idn2_free(out);
  return text;
}

}  // namespace freehold::directory
