#include "cli/config_milters.hpp"

#include <chrono>
#include <utility>

#include "cli/config_section.hpp"

namespace freehold::cli {

namespace {

std::optional<std::string> any_text(std::string_view text) { return std::string(text); }

constexpr std::int64_t kLongestMilterWait = 540;  // seconds: SMTP clients wait for ten minutes

// One [[milter]].
struct MilterTable {
  filter::milter::Settings settings;
  std::string address;
  std::int64_t timeout = 30;
  std::int64_t message_timeout = 120;
  std::vector<std::string> listeners;

  [[nodiscard]] Result<> read(Section section) {
    section.get("name", settings.name);
    section.get("address", address);
    section.choice("on_failure", settings.fail_open, {{"accept", true}, {"tempfail", false}});
    section.get("timeout_seconds", timeout);
    section.get("message_timeout_seconds", message_timeout);
    section.list("listeners", listeners, any_text, "a list of \"mx\" and \"submission\"");
    return section.finish();
  }
};

bool is_milter_wait(std::int64_t seconds) { return seconds >= 1 && seconds <= kLongestMilterWait; }

Result<> read_milter(const std::filesystem::path& file, const toml::table& table, Config& config) {
  MilterTable said;
  if (auto done = said.read(Section(file, table, "milter")); !done) return done;
  auto& settings = said.settings;
  const auto invalid = [&](std::string what, std::string fix) {
    return problem(Problem::Kind::invalid, std::move(what), place(file, table.source()),
                   std::move(fix));
  };
  if (settings.name.empty()) return invalid("a milter needs a 'name'", "name = \"rspamd\"");
  const auto address = filter::milter::parse_address(said.address);
  if (!address) {
    return invalid("the milter '" + settings.name + "' has no 'address' that can be used",
                   "\"inet:127.0.0.1:11332\" or \"unix:/run/clamav/milter.sock\"");
  }
  settings.address = *address;
  if (!is_milter_wait(said.timeout) || !is_milter_wait(said.message_timeout)) {
    return invalid("the timeouts of a milter are from 1 to 540 seconds", "leave them out");
  }
  settings.timeout = std::chrono::seconds(said.timeout);
  settings.message_timeout = std::chrono::seconds(said.message_timeout);
  if (table.contains("listeners")) settings.on_mx = false;
  for (const auto& listener : said.listeners) {
    if (listener != "mx" && listener != "submission") {
      return invalid("'" + listener + "' is no listener of a milter",
                     "listeners = [\"mx\", \"submission\"]");
    }
    (listener == "mx" ? settings.on_mx : settings.on_submission) = true;
  }
  config.milters.push_back(std::move(settings));
  return {};
}

}  // namespace

Result<> read_milters(const std::filesystem::path& file, const toml::array& tables,
                      Config& config) {
  for (const auto& node : tables) {
    if (auto done = read_milter(file, *node.as_table(), config); !done) return done;
  }
  return {};
}

}  // namespace freehold::cli
