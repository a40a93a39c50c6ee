#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "filter/milter_edits.hpp"
#include "filter/milter_negotiation.hpp"
#include "message/header.hpp"

namespace {

using namespace freehold;
using namespace freehold::filter::milter;

// A reply is a refusal of printable lines, whose status does not contradict its code.
void check(const Refusal& refusal) {
  if (refusal.code < 400 || refusal.code > 599 || refusal.lines.empty()) std::abort();
  if (refusal.status[0] != refusal.code / 100) std::abort();
  for (const auto& line : refusal.lines) {
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < 0x20) std::abort();
    }
  }
}

// A field that is added is one field, whatever is in it.
void check(const HeaderChange& change) {
  HeaderEdits edits("Subject: x\r\nSubject: y\r\n");
  if (!edits.apply(change, false)) return;
  const message::Header header(edits.whole());
  const auto wanted = change.what != HeaderChange::What::change ? 3U
                      : change.value.empty()                    ? 2U
                                                                : 3U;
  if (header.fields().size() > wanted) std::abort();
  for (const auto& field : header.fields()) {
    if (!header.line(field).ends_with("\r\n")) std::abort();
  }
}

}  // namespace

// What a filter sends: a packet's letter and payload, for an answer and for an agreement.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto payload = bytes.substr(1);
  if (const auto answer = read_answer(bytes.front(), payload)) {
    if (answer->kind == Answer::Kind::refuse) check(answer->refusal);
    if (answer->kind == Answer::Kind::header) check(answer->header);
  }
  if (const auto agreement = Agreement::read(payload)) {
    const Macros macros{{"i", "1"}, {"auth_type", "PLAIN"}};
    static_cast<void>(agreement->macros_for(Command::mail, macros));
  }
  return 0;
}
