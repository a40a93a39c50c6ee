#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace freehold::guard {

// Bans. Offences are worth points, half of which are forgotten after each half-life.
inline constexpr double kBanAtPoints = 100;
inline constexpr std::chrono::minutes kPointsHalfLife{10};
// Each ban of the same prefix is longer than the one before: short for the mistaken, long for those
// who come back.
inline constexpr std::array<std::chrono::minutes, 5> kBanTimes{
    std::chrono::minutes(5), std::chrono::minutes(30), std::chrono::hours(4),
    std::chrono::hours(24), std::chrono::hours(24 * 7)};
// An address that was quiet for so long after a ban begins anew: it may have another holder.
inline constexpr std::chrono::hours kStrikesRemembered{24 * 30};
// Of offenders and of bans, each some 100 bytes.
inline constexpr std::size_t kMostOffenders = 50'000;
inline constexpr std::size_t kMostBans = 50'000;

// Logins. The first wrong passwords are a person's; after them each answer takes twice as long.
inline constexpr double kFailuresWithoutDelay = 3;
inline constexpr std::chrono::milliseconds kFirstLoginDelay{250};
// Clients give up after some 30 seconds, and the owner has to get in while he is attacked.
inline constexpr std::chrono::milliseconds kLongestLoginDelay{8'000};
inline constexpr std::chrono::minutes kFailuresHalfLife{15};
inline constexpr std::size_t kMostGuessedNames = 20'000;
inline constexpr std::size_t kWrongPasswordsRemembered = 8;  // of one name
inline constexpr std::size_t kKnownPrefixes = 16;            // of one account
inline constexpr std::chrono::hours kPrefixKnownFor{24 * 30};
// What a wrong password from where its account logs in is worth, of the usual points.
inline constexpr double kKnownPrefixFactor = 0.25;

// Clients that have delivered mail are greeted without a pause.
inline constexpr std::size_t kMostKnownClients = 50'000;
inline constexpr std::chrono::hours kClientKnownFor{24 * 7};

// Sending, where an account or a domain has no limits of its own: more than a person writes, less
// than a thief wants.
inline constexpr std::uint64_t kMessagesPerHour = 300;
inline constexpr std::uint64_t kMessagesPerDay = 2'000;
inline constexpr std::uint64_t kNewRecipientsPerHour = 200;
inline constexpr std::uint64_t kNewRecipientsPerDay = 600;
inline constexpr std::uint64_t kDomainMessagesPerHour = 2'000;
inline constexpr std::uint64_t kDomainMessagesPerDay = 15'000;
inline constexpr std::uint64_t kDomainNewRecipientsPerHour = 1'000;
inline constexpr std::uint64_t kDomainNewRecipientsPerDay = 4'000;
inline constexpr std::uint32_t kMostKnownRecipients = 20'000;  // of one account; the oldest go
inline constexpr std::chrono::days kKnownRecipientRefreshed{30};
inline constexpr std::size_t kKnownNetworks = 32;  // of one account

// What an account is seen to do before it is paused: points of anomaly.hpp.
inline constexpr unsigned kPauseAtPoints = 4;

}  // namespace freehold::guard
