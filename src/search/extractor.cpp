#include "search/extractor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "base/log.hpp"
#include "search/sandbox.hpp"

namespace freehold::search {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_;
};

// A folder with the file in it, gone at the end.
class Workplace {
 public:
  Workplace(const fs::path& below, std::string_view bytes) {
    std::error_code ignored;
    fs::create_directories(below, ignored);
    std::string pattern = (below / "extract-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return;
    folder_ = pattern;
    file_ = pattern + "/file";
    const Descriptor out(open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    while (out.get() >= 0 && !bytes.empty()) {
      const auto count = ::write(out.get(), bytes.data(), bytes.size());
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    ready_ = out.get() >= 0;
  }
  ~Workplace() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string folder_, file_;
  bool ready_ = false;
};

// As a shell would find it, in the system's folders only.
std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  for (const char* folder : {"/usr/local/bin/", "/usr/bin/", "/bin/"}) {
    if (access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return {};
}

// Reads until the end, the time, or the bound; true: it came to the end.
bool collect(int from, const ExtractorBounds& bounds, const std::stop_token& stop,
             std::string& text) {
  constexpr std::chrono::milliseconds kLook{100};
  const auto until = Clock::now() + bounds.wall;
  std::array<char, 16 * 1024> buffer;
  while (text.size() < bounds.output) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0 || stop.stop_requested()) return false;
    pollfd ready{from, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(std::min(left, kLook).count())) <= 0) continue;
    const auto count = read(from, buffer.data(), buffer.size());
    if (count == 0) return true;
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  text.resize(bounds.output);
  return true;
}

// Its end, after it has closed its output or was told to go. True: by itself, with status 0.
bool end(pid_t child, bool finished) {
  int status = 0;
  constexpr int kRounds = 100;  // a second
  for (int i = 0; finished && i < kRounds; ++i) {
    if (waitpid(child, &status, WNOHANG) == child) return status == 0;
    usleep(10'000);
  }
  kill(-child, SIGKILL);
  kill(child, SIGKILL);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return false;
}

}  // namespace

Extracted extract(const std::vector<std::string>& command, std::string_view bytes,
                  const fs::path& folder, const ExtractorBounds& bounds, std::stop_token stop) {
  Extracted out;
  const Workplace place(folder, bytes);
  std::array<int, 2> ends{};
  const auto program = command.empty() ? std::string() : find_program(command.front());
  if (!place.ready() || program.empty() || pipe2(ends.data(), O_CLOEXEC) != 0) return out;
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const Descriptor input(open(place.file().c_str(), O_RDONLY | O_CLOEXEC));

  Confinement confined{command, place.folder(), {}, input.get(), writing.get()};
  confined.command.front() = program;
  std::ranges::replace(confined.command, std::string("{}"), place.file());
  confined.readable = {"/usr",      "/lib",         "/lib64",
                       "/bin",      "/etc/fonts",   "/etc/ld.so.cache",
                       "/dev/null", place.folder(), program};
  confined.cpu_seconds = static_cast<std::uint64_t>(bounds.cpu.count());
  confined.memory_bytes = bounds.memory;
  confined.open_files = kExtractorFiles;
  const auto child = start_confined(confined);
  if (child < 0) return out;
  writing.reset();
  const bool finished = collect(reading.get(), bounds, stop, out.text);
  out.ended = end(child, finished && out.text.size() < bounds.output);
  return out;
}

}  // namespace freehold::search
