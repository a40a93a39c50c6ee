#include "filter/milter_negotiation.hpp"

#include <algorithm>
#include <span>

#include "base/bytes.hpp"
#include "filter/limits.hpp"

namespace freehold::filter::milter {

namespace {

constexpr std::uint32_t kVersion = 6;
constexpr std::uint32_t kOldestVersion = 2;
constexpr std::uint32_t kFirstWithSilence = 3;  // versions before know of no SMFIP_NR_…

// SMFIF_…: what a filter may do.
constexpr std::uint32_t kAddHeaders = 0x01;
constexpr std::uint32_t kRemoveRecipients = 0x08;
constexpr std::uint32_t kChangeHeaders = 0x10;
constexpr std::uint32_t kQuarantine = 0x20;
constexpr std::uint32_t kAskForMacros = 0x100;
constexpr std::uint32_t kActions =
    kAddHeaders | kRemoveRecipients | kChangeHeaders | kQuarantine | kAskForMacros;

// SMFIP_…: the commands that a filter does not want, or does not answer.
struct StepFlags {
  Command command;
  std::uint32_t unwanted;
  std::uint32_t unanswered;
};
constexpr StepFlags kSteps[] = {
    {Command::connect, 0x01, 0x1000},        {Command::helo, 0x02, 0x2000},
    {Command::mail, 0x04, 0x4000},           {Command::rcpt, 0x08, 0x8000},
    {Command::body, 0x10, 0x80000},          {Command::header, 0x20, 0x80},
    {Command::end_of_header, 0x40, 0x40000}, {Command::data, 0x200, 0x10000},
};
constexpr std::uint32_t kNoUnknown = 0x100;  // unknown commands are never passed on
constexpr std::uint32_t kSkip = 0x400;
constexpr std::uint32_t kLeadingSpace = 0x100000;

constexpr std::uint32_t all_steps() {
  std::uint32_t all = kNoUnknown | kSkip | kLeadingSpace;
  for (const auto& step : kSteps) all |= step.unwanted | step.unanswered;
  return all;
}

const StepFlags* flags_of(Command command) {
  const auto* found = std::ranges::find(kSteps, command, &StepFlags::command);
  return found == std::end(kSteps) ? nullptr : found;
}

// SMFIM_…, and the macros of a filter that does not say which it needs.
struct Stage {
  Command command;
  std::span<const std::string_view> macros;
};
constexpr std::string_view kConnectMacros[] = {
    "j", "_", "v", "daemon_name", "client_addr", "client_name", "client_port", "client_ptr"};
constexpr std::string_view kHeloMacros[] = {"tls_version", "cipher", "cipher_bits"};
constexpr std::string_view kMailMacros[] = {"i", "auth_type", "auth_authen", "mail_addr",
                                            "mail_host"};
constexpr std::string_view kRcptMacros[] = {"i", "rcpt_addr", "rcpt_host"};
constexpr std::string_view kMessageMacros[] = {"i"};
constexpr Stage kStageOrder[] = {
    {Command::connect, kConnectMacros},
    {Command::helo, kHeloMacros},
    {Command::mail, kMailMacros},
    {Command::rcpt, kRcptMacros},
    {Command::data, kMessageMacros},
    {Command::end_of_body, kMessageMacros},
    {Command::end_of_header, kMessageMacros},
};

// "j", "{auth_type}" and "auth_type" all occur.
std::string_view bare(std::string_view name) {
  if (name.size() > 2 && name.starts_with('{') && name.ends_with('}')) {
    return name.substr(1, name.size() - 2);
  }
  return name;
}

void append_macro(std::string& payload, const Macros& macros, std::string_view name) {
  const auto found = macros.find(name);
  if (found == macros.end() || found->second.empty()) return;
  append_text(payload, name.size() == 1 ? std::string(name) : "{" + std::string(name) + "}");
  append_text(payload, std::string_view(found->second).substr(0, kMaxMilterMacroValue));
}

}  // namespace

std::string offer() {
  std::string payload;
  append_u32(payload, kVersion);
  append_u32(payload, kActions);
  append_u32(payload, all_steps());
  return payload;
}

std::optional<Agreement> Agreement::read(std::string_view payload) {
  PayloadReader reader(payload);
  const auto version = reader.number();
  const auto actions = reader.number();
  const auto steps = reader.number();
  if (!actions || !steps || *version < kOldestVersion || *version > kVersion) return std::nullopt;
  Agreement agreement;
  agreement.steps_ = *steps & all_steps();
  if (*version < kFirstWithSilence) {
    for (const auto& step : kSteps) agreement.steps_ &= ~step.unanswered;
  }
  if (!agreement.read_wanted_macros(reader)) return std::nullopt;
  return agreement;
}

// A stage's number and its macros' names, as often as there are stages.
bool Agreement::read_wanted_macros(PayloadReader& payload) {
  while (!payload.at_end()) {
    const auto stage = payload.number();
    const auto names = payload.text();
    if (!names || *stage >= kStages) return false;
    auto& wanted = wanted_macros_.at(*stage).emplace();
    for (std::size_t at = 0; at < names->size();) {
      const auto end = std::min(names->find_first_of(" ,", at), names->size());
      const auto name = bare(names->substr(at, end - at));
      at = end + 1;
      if (name.empty()) continue;
      if (name.size() > kMaxMilterMacroName || wanted.size() == kMaxMilterMacros) return false;
      wanted.emplace_back(name);
    }
  }
  return true;
}

bool Agreement::wants(Command command) const {
  const auto* flags = flags_of(command);
  return flags == nullptr || (steps_ & flags->unwanted) == 0;
}

bool Agreement::answers(Command command) const {
  const auto* flags = flags_of(command);
  return flags == nullptr || (steps_ & flags->unanswered) == 0;
}

bool Agreement::leading_space() const { return (steps_ & kLeadingSpace) != 0; }
bool Agreement::may_skip() const { return (steps_ & kSkip) != 0; }

std::string Agreement::macros_for(Command command, const Macros& macros) const {
  const auto* stage = std::ranges::find(kStageOrder, command, &Stage::command);
  if (stage == std::end(kStageOrder)) return {};
  std::string payload(1, static_cast<char>(command));
  const auto number = static_cast<std::size_t>(stage - std::begin(kStageOrder));
  if (const auto& wanted = wanted_macros_.at(number)) {
    for (const auto& name : *wanted) append_macro(payload, macros, name);
  } else {
    for (const auto name : stage->macros) append_macro(payload, macros, name);
  }
  return payload.size() > 1 ? payload : std::string();
}

}  // namespace freehold::filter::milter
