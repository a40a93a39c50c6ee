#include "smtp/server_metrics.hpp"

#include <array>
#include <string>

namespace freehold::smtp {

namespace {

constexpr std::array kRoles{Role::mx, Role::submission, Role::lmtp};

std::size_t index(Role role) { return static_cast<std::size_t>(role); }

std::string role_label(Role role) { return std::string("role=") + role_name(role); }

metrics::Counter& message_metric(Role role, bool accepted) {
  return metrics::counter("freehold_smtp_messages_total", "Messages received over SMTP and LMTP",
                          role_label(role) + (accepted ? ",outcome=accepted" : ",outcome=refused"));
}

metrics::Counter& login_metric(bool accepted) {
  return metrics::counter("freehold_smtp_logins_total", "Logins on submission",
                          accepted ? "outcome=accepted" : "outcome=refused");
}

}  // namespace

const char* role_name(Role role) {
  switch (role) {
    case Role::mx:
      return "mx";
    case Role::submission:
      return "submission";
    case Role::lmtp:
      return "lmtp";
  }
  return "unknown";
}

metrics::Counter& sessions_counter(Role role) {
  static const auto counters = [] {
    std::array<metrics::Counter*, kRoles.size()> out{};
    for (const Role r : kRoles) {
      out[index(r)] = &metrics::counter("freehold_smtp_sessions_total", "SMTP and LMTP sessions",
                                        role_label(r));
    }
    return out;
  }();
  return *counters[index(role)];
}

metrics::Counter& messages_counter(Role role, bool accepted) {
  static const auto counters = [] {
    std::array<std::array<metrics::Counter*, 2>, kRoles.size()> out{};
    for (const Role r : kRoles) {
      out[index(r)] = {&message_metric(r, false), &message_metric(r, true)};
    }
    return out;
  }();
  return *counters[index(role)][accepted ? 1 : 0];
}

metrics::Counter& logins_counter(bool accepted) {
  static const std::array counters{&login_metric(false), &login_metric(true)};
  return *counters[accepted ? 1 : 0];
}

}  // namespace freehold::smtp
