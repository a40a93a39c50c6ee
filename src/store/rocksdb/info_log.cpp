#include "store/rocksdb/info_log.hpp"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>

#include "base/log.hpp"

namespace freehold::store {

namespace {

using Level = rocksdb::InfoLogLevel;

constexpr std::size_t kMostBytes = 1024;  // of a message

class InfoLog final : public rocksdb::Logger {
 public:
  InfoLog() : Logger(Level::WARN_LEVEL) {}

  using Logger::Logv;
  // Without a level: information, of which there is a lot.
  void Logv(const char*, va_list) override {}
  void LogHeader(const char*, va_list) override {}

  void Logv(const Level level, const char* format, va_list arguments) override {
    if (level < GetInfoLogLevel() || level == Level::HEADER_LEVEL) return;
    std::array<char, kMostBytes> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    log::write(level == Level::WARN_LEVEL ? log::Level::warning : log::Level::error,
               "store.rocksdb", {{"text", std::string_view(text.data())}});
  }
};

}  // namespace

std::shared_ptr<rocksdb::Logger> make_info_log() { return std::make_shared<InfoLog>(); }

}  // namespace freehold::store
