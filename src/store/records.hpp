#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/reader.hpp"

namespace freehold::store {

// Records are protocol buffers (schema/*.proto); a value that is none is corrupt.
template <class Record>
[[nodiscard]] Record decode(std::string_view key, std::string_view value) {
  Record record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    throw ReadError("a record of table '" + std::string(key.substr(0, 1)) + "' is corrupt");
  }
  return record;
}

template <class Record>
[[nodiscard]] std::optional<Record> read(const Reader& from, std::string_view key) {
  const auto value = from.get(key);
  if (!value) return std::nullopt;
  return decode<Record>(key, *value);
}

}  // namespace freehold::store
