#include "smtp/submission_header.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace freehold::smtp {

namespace {

constexpr std::string_view kReceived = "received:";

std::string_view field_name(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return {};
  std::string_view name = line.substr(0, colon);
  while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);  // RFC 5322, 4.5
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  return std::ranges::all_of(name, printable) ? name : std::string_view();
}

bool continues(std::string_view text) { return text.starts_with(' ') || text.starts_with('\t'); }

}  // namespace

std::vector<HeaderField> scan_header(std::string_view header) {
  std::vector<HeaderField> out;
  while (!header.empty()) {
    std::size_t end = 0;
    do {
      const std::size_t lf = header.find('\n', end);
      end = lf == header.npos ? header.size() : lf + 1;
    } while (end < header.size() && continues(header.substr(end)));
    const std::string_view raw = header.substr(0, end);
    out.push_back({field_name(raw), raw});
    header.remove_prefix(end);
  }
  return out;
}

std::string unfolded_body(const HeaderField& field) {
  std::string out;
  for (const char c : field.raw.substr(field.raw.find(':') + 1)) {
    if (c != '\r' && c != '\n') out += c;
  }
  return std::string(trim(out));
}

std::optional<std::size_t> header_end(std::string_view text, std::size_t searched) {
  if (text.starts_with("\r\n")) return 0;
  const std::size_t at = text.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
  if (at == text.npos) return std::nullopt;
  return at + 2;
}

SubmissionHeader complete_header(std::string_view header, std::string_view date,
                                 std::string_view message_id) {
  SubmissionHeader out;
  bool has_date = false;
  bool has_id = false;
  for (const HeaderField& field : scan_header(header)) {
    if (iequals(field.name, "Bcc") || iequals(field.name, "Resent-Bcc")) continue;
    if (iequals(field.name, "From")) out.from.push_back(unfolded_body(field));
    if (iequals(field.name, "Received")) ++out.received;
    has_date = has_date || iequals(field.name, "Date");
    has_id = has_id || iequals(field.name, "Message-ID");
    out.text += field.raw;
  }
  if (!out.text.empty() && !out.text.ends_with('\n')) out.text += "\r\n";
  if (!has_date) out.text.append("Date: ").append(date).append("\r\n");
  if (!has_id) out.text.append("Message-ID: ").append(message_id).append("\r\n");
  return out;
}

void HopCounter::feed(std::string_view bytes) {
  while (in_header_ && !bytes.empty()) {
    const std::size_t lf = bytes.find('\n');
    const std::string_view part = bytes.substr(0, lf);
    line_ += part.substr(0, kReceived.size() - std::min(kReceived.size(), line_.size()));
    if (lf == bytes.npos) return;
    end_line();
    bytes.remove_prefix(lf + 1);
  }
}

void HopCounter::end_line() {
  if (line_.empty() || line_ == "\r") in_header_ = false;
  if (iequals(line_, kReceived)) ++hops_;
  line_.clear();
}

}  // namespace freehold::smtp
