#include "folder.hpp"

#include <fstream>
#include <iterator>
#include <map>

#include "base/hash.hpp"

namespace freehold::filter::trial {

namespace {

constexpr std::uintmax_t kMaxFile = std::uintmax_t{1} << 30;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string with_crlf(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 30);
  for (const char c : text) {
    if (c == '\n' && (out.empty() || out.back() != '\r')) out.push_back('\r');
    out.push_back(c);
  }
  return out;
}

std::vector<std::string> split_mbox(std::string_view text) {
  std::vector<std::string> messages;
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    const std::size_t next = text.find("\nFrom ");
    const std::size_t end = next == std::string_view::npos ? text.size() : next + 1;
    if (end > 0) messages.push_back(with_crlf(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return messages;
}

// By their hash: double ones fall together, and the order is nobody's choice.
using ByHash = std::map<BlobHash, Sample>;

void read_side(ByHash& into, const std::filesystem::path& folder, bool spam, std::size_t most) {
  std::size_t count = 0;
  const auto add = [&](std::string raw) {
    if (raw.size() < 20 || count == most) return;
    const BlobHash name = sha256(raw);
    if (into.emplace(name, Sample{std::move(raw), spam}).second) ++count;
  };
  std::map<std::filesystem::path, bool> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() < kMaxFile) files[entry.path()] = true;
  }
  for (const auto& [path, ignored] : files) {
    const std::string text = read_file(path);
    if (!text.starts_with("From ")) {
      add(with_crlf(text));
      continue;
    }
    for (std::string& message : split_mbox(text)) add(std::move(message));
  }
}

}  // namespace

std::vector<Sample> read_folder(const std::filesystem::path& folder, std::size_t most) {
  ByHash all;
  read_side(all, folder / "ham", false, most);
  read_side(all, folder / "spam", true, most);
  std::vector<Sample> samples;
  samples.reserve(all.size());
  for (auto& [name, sample] : all) samples.push_back(std::move(sample));
  return samples;
}

}  // namespace freehold::filter::trial
