#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/log_line.hpp"

namespace freehold::log {

namespace {

// spdlog carries finished lines to standard error (each written whole and flushed); the form of a
// line is ours.
struct Output {
  std::shared_ptr<spdlog::logger> logger;
  Level least = Level::warning;
  Format format = Format::text;

  Output()
      : logger(std::make_shared<spdlog::logger>(
            "freehold", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    logger->set_pattern("%v");
    logger->set_level(spdlog::level::trace);
  }
};

// Never destroyed: static destructors may log.
Output& output() {
  static Output& instance = *new Output;
  return instance;
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

void configure(Level least, Format format) {
  output().least = least;
  output().format = format;
}

void write(Level level, std::string_view event, Fields fields) {
  Output& out = output();
  if (level < out.least) return;
  const std::span<const Field> all(fields.begin(), fields.size());
  const Time now = system_clock().now();
  const std::string line = out.format == Format::text ? text_line(now, level, event, all)
                                                      : json_line(now, level, event, all);
  out.logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace freehold::log
