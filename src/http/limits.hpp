#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// The numbers of HTTP, each with its reason.
namespace freehold::http {

// Request line and fields; browsers stay below 8 KiB, and most servers take 8 to 16.
inline constexpr std::uint32_t kMaxHeader = 16 * 1024;
inline constexpr std::size_t kMaxFields = 100;
// Nothing that is served takes more yet.
inline constexpr std::uint64_t kMaxBody = 64 * 1024;
// From its first byte to its last: who is slower than 2 KiB a second is not asking.
inline constexpr std::chrono::seconds kRequestWait{40};
// Between requests, and for the first one.
inline constexpr std::chrono::seconds kIdleWait{60};
inline constexpr std::chrono::seconds kWriteWait{60};
// Then a new connection, so that nobody keeps one for good.
inline constexpr unsigned kMaxRequests = 1'000;
inline constexpr std::size_t kReadSize = 8 * 1024;

}  // namespace freehold::http
