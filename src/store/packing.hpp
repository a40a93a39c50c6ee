#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Bodies as they are stored: compressed where that makes them smaller. Before the log, so that it
// and every later copy has less to carry.
namespace freehold::store {

[[nodiscard]] std::string pack(std::string_view bytes);
// Throws ReadError when `packed` is nothing that pack() has made of at most `most` bytes.
[[nodiscard]] std::string unpack(std::string_view packed, std::size_t most);

}  // namespace freehold::store
