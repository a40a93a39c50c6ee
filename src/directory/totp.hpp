#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

// One-time codes of RFC 4226 and RFC 6238. Pure: time goes in.
namespace freehold::directory::totp {

inline constexpr std::chrono::seconds kStep{30};  // RFC 6238, 5.2
// RFC 6238, 5.2 and 6: one step either way, for the network and for clocks that are not exact.
inline constexpr std::uint64_t kWindow = 1;
inline constexpr unsigned kDigits = 6;
// RFC 4226, 4 (R6) recommends 160 bits. HMAC-SHA-1 is what every program for telephones can do.
inline constexpr std::size_t kSecretBytes = 20;

[[nodiscard]] std::uint64_t step_at(Time when);
// RFC 4226, 5.3.
[[nodiscard]] std::string code(std::string_view secret, std::uint64_t step,
                               unsigned digits = kDigits);
// The step that the code is of, when it is one near `now` and later than `last_step`: whoever has
// seen a code being typed cannot use it again (RFC 6238, 5.2).
[[nodiscard]] std::optional<std::uint64_t> verify(std::string_view secret, std::string_view code,
                                                  Time now, std::uint64_t last_step);
// How long no further code is looked at after so many wrong ones in a row (RFC 6238, 5.2 and RFC
// 4226, 7.3): a code has six digits only, and who is asked for one knows the password already.
[[nodiscard]] std::chrono::seconds pause_after(unsigned failures);
// "otpauth://totp/Issuer:account?secret=…&issuer=Issuer".
[[nodiscard]] std::string uri(std::string_view secret, std::string_view issuer,
                              std::string_view account);

}  // namespace freehold::directory::totp
