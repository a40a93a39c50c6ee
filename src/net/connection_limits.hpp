#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <variant>

#include "net/address.hpp"

namespace freehold::net {

// Counts the connections of a server, in total and for each customer's prefix. Thread-safe;
// outlives its tickets.
class ConnectionLimits {
 public:
  enum class Refusal { server_full, prefix_full, banned };

  // One connection's place, given back by the destructor.
  class Ticket {
   public:
    Ticket() = default;  // takes no place
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

   private:
    friend class ConnectionLimits;
    Ticket(ConnectionLimits& limits, const IpAddress& prefix) : limits_(&limits), prefix_(prefix) {}

    ConnectionLimits* limits_ = nullptr;
    IpAddress prefix_;
  };

  ConnectionLimits(std::size_t most, std::size_t most_per_prefix)
      : most_(most), most_per_prefix_(most_per_prefix) {}

  // Loopback is always let in and takes no place, so that the owner gets in when the house is full.
  [[nodiscard]] std::variant<Ticket, Refusal> admit(const IpAddress& address);

 private:
  void leave(const IpAddress& prefix);

  const std::size_t most_;
  const std::size_t most_per_prefix_;
  std::mutex mutex_;
  std::size_t total_ = 0;
  std::unordered_map<IpAddress, std::size_t> per_prefix_;
};

}  // namespace freehold::net
