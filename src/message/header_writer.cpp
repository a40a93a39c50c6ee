#include "message/header_writer.hpp"

#include <algorithm>

#include "message/charset.hpp"
#include "message/date.hpp"
#include "message/encoded_word.hpp"
#include "message/scanner.hpp"

namespace freehold::message {

namespace {

constexpr std::size_t kPreferred = 78;  // RFC 5322, 2.1.1, without CRLF
constexpr std::size_t kLongestWord = 996;

}  // namespace

HeaderWriter& HeaderWriter::raw(std::string_view name, std::string_view value) {
  out_.append(name).append(":");
  std::size_t column = name.size() + 1;
  bool first = true;
  while (!value.empty()) {
    const auto blank_end = std::ranges::find_if_not(value, is_blank);
    value.remove_prefix(static_cast<std::size_t>(blank_end - value.begin()));
    if (value.empty()) break;
    const auto word_end = std::ranges::find_if(value, is_blank);
    const auto size = static_cast<std::size_t>(word_end - value.begin());
    const std::string_view word =
        utf8_prefix(value.substr(0, size), kLongestWord - (first ? name.size() : 0));
    // The first word stays on the field's line: some readers do not find it on the next.
    if (!first && column + 1 + word.size() > kPreferred) {
      out_.append("\r\n");
      column = 0;
    }
    out_.append(" ").append(word);
    column += 1 + word.size();
    value.remove_prefix(size);
    first = false;
  }
  out_.append("\r\n");
  return *this;
}

HeaderWriter& HeaderWriter::text(std::string_view name, std::string_view utf8) {
  return raw(name, encode_text(utf8));
}

HeaderWriter& HeaderWriter::addresses(std::string_view name, const Addresses& list) {
  return list.empty() ? *this : raw(name, format_addresses(list));
}

HeaderWriter& HeaderWriter::date(std::string_view name, Time at, std::chrono::minutes offset) {
  return raw(name, format_date(at, offset));
}

HeaderWriter& HeaderWriter::parameterized(std::string_view name, std::string_view value,
                                          const Parameters& parameters) {
  return raw(name, std::string(value) + format_parameters(parameters));
}

HeaderWriter& HeaderWriter::block(std::string_view fields) {
  out_.append(fields);
  return *this;
}

}  // namespace freehold::message
