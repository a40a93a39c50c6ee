#include "smtp/trace.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace freehold::smtp {

std::string protocol_name(const Transaction& transaction) {
  const Peer& peer = transaction.peer;
  if (peer.hello.kind == Hello::Kind::helo && !peer.tls && !peer.login) return "SMTP";
  std::string name = transaction.mail.parameters.smtputf8 ? "UTF8" : "";
  if (peer.role == Role::lmtp) {
    name += "LMTP";
  } else {
    name += name.empty() ? "ESMTP" : "SMTP";
  }
  if (peer.tls != nullptr) name += 'S';
  if (peer.login) name += 'A';
  return name;
}

std::string header_date(Time t) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(t - day));
  const std::chrono::weekday weekday(day);
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d +0000", days[weekday.c_encoding()],
      static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return {text, static_cast<std::size_t>(size)};
}

std::string received_field(const Transaction& transaction, std::string_view hostname, Time now) {
  const Peer& peer = transaction.peer;
  std::string out = "Received: ";
  if (peer.role != Role::submission) {
    out += "from " + peer.hello.name;
    if (peer.role == Role::mx) out += " (" + peer.endpoint.address.literal() + ")";
    out += "\r\n\t";
  }
  out.append("by ").append(hostname).append(" with ").append(protocol_name(transaction));
  if (peer.tls != nullptr) {
    out += "\r\n\t(" + peer.tls->version + " " + peer.tls->cipher + ", " +
           std::to_string(peer.tls->bits) + " bits)";
  }
  out += "\r\n\tid " + transaction.id;
  // Only of a single recipient: others would see who else got the message (RFC 5321, 7.2).
  if (transaction.recipients.size() == 1) {
    out += "\r\n\tfor <" + transaction.recipients.front().path.text() + ">";
  }
  out += ";\r\n\t" + header_date(now) + "\r\n";
  return out;
}

}  // namespace freehold::smtp
