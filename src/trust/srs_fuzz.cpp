#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.hpp"
#include "trust/return_path_tag.hpp"
#include "trust/srs.hpp"

// What is rewritten or tagged comes back; what is not ours does not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freehold;
  using namespace freehold::trust;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const SigningKeys keys = {"a secret"};
  const Time now = from_millis(1'800'000'000'000);
  if (reverse_sender(text, {"another"}, now).status == SrsReversal::Status::reversed) std::abort();
  (void)reverse_sender(text, keys, now);
  (void)read_return_path(text, keys, now);
  const auto rewritten = rewrite_sender(text, "ours.test", keys, now);
  if (rewritten.status == SrsRewriting::Status::rewritten) {
    const auto back = reverse_sender(rewritten.address, keys, now);
    if (back.status != SrsReversal::Status::reversed) std::abort();
    if (!istarts_with(rewritten.address, "SRS1") && back.address != text) std::abort();
  }
  if (const auto tagged = tag_return_path(text, QueueId(size), keys, now)) {
    const auto tag = read_return_path(*tagged, keys, now);
    if (tag.status != ReturnPathTag::Status::good || tag.address != text) std::abort();
    if (tag.message != QueueId(size)) std::abort();
  }
  return 0;
}
