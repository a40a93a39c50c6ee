#include <cstdint>
#include <cstdlib>

#include "smtp/command.hpp"
#include "smtp/xtext.hpp"

namespace {

using namespace freehold::smtp;

void check(const Path& path) {
  if (path.null() || path.domain.empty()) return;
  const auto again = parse_mailbox(path.text());
  if (!again || *again != path) std::abort();
}

}  // namespace

// What is taken is written again as something that means the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto command = parse_command(line);
  if (!command) {
    if (!command.error().permanent() || command.error().text().empty()) std::abort();
    return 0;
  }
  if (const Mail* mail = std::get_if<Mail>(&*command)) {
    check(mail->reverse_path);
    if (unxtext(xtext(mail->parameters.envid)) != mail->parameters.envid) std::abort();
  }
  if (const Rcpt* rcpt = std::get_if<Rcpt>(&*command)) {
    check(rcpt->forward_path);
    const std::string& orcpt = rcpt->parameters.orcpt;
    if (rcpt->parameters.orcpt_type == "utf-8") {
      if (unutf8_addr_xtext(utf8_addr_xtext(orcpt)) != orcpt) std::abort();
      if (unutf8_addr_xtext(ascii_utf8_addr_xtext(orcpt)) != orcpt) std::abort();
    } else if (unxtext(xtext(orcpt)) != orcpt) {
      std::abort();
    }
  }
  return 0;
}
