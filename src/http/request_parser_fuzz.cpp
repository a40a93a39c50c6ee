#include <cstdint>
#include <cstdlib>

#include "http/limits.hpp"
#include "http/request_parser.hpp"

using namespace freehold::http;

namespace {

void check(const Request& request) {
  if (request.fields.size() > kMaxFields || request.body.size() > kMaxBody) std::abort();
  const bool origin = request.path.starts_with('/') || request.path == "*";
  if (!origin || request.path.find('?') != std::string::npos) std::abort();
  if (request.host.find_first_of("/@? ") != std::string::npos) std::abort();
}

}  // namespace

// The first byte says how large the pieces are that the rest comes in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view rest(reinterpret_cast<const char*>(data + 1), size - 1);
  RequestParser parser;
  auto state = RequestParser::State::more;
  while (state != RequestParser::State::refused && !rest.empty()) {
    state = parser.add(rest.substr(0, piece));
    rest.remove_prefix(std::min(piece, rest.size()));
    while (state == RequestParser::State::complete) {
      check(parser.take());
      state = parser.add({});
    }
  }
  if (state == RequestParser::State::refused && parser.refusal() < 400) std::abort();
  return 0;
}
