#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "message/charset.hpp"
#include "message/encoded_word.hpp"
#include "message/parameters.hpp"

// Whatever comes is decoded to UTF-8 in one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold::message;
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const std::string text = decode_text(raw);
  if (!freehold::is_utf8(text) || text.find_first_of("\r\n") != std::string::npos) std::abort();
  for (const std::string& coded : {encode_text(text), encode_phrase(text)}) {
    if (!freehold::is_ascii(coded) || coded.find_first_of("\r\n") != std::string::npos)
      std::abort();
  }
  for (const auto& [name, value] : parse_media_type(raw).parameters) {
    if (!freehold::is_utf8(value)) std::abort();
  }
  return 0;
}
