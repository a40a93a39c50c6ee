#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <string>
#include <utility>
#include <vector>

namespace freehold::trust::testing {

// A zip file of these names and contents.
[[nodiscard]] inline std::string zip(
    const std::vector<std::pair<std::string, std::string>>& files) {
  std::size_t room = 4096;
  for (const auto& [name, bytes] : files) room += name.size() * 2 + bytes.size() * 2 + 1024;
  std::string out(room, '\0');
  std::size_t used = 0;
  archive* to = archive_write_new();
  archive_write_set_format_zip(to);
  archive_write_open_memory(to, out.data(), out.size(), &used);
  for (const auto& [name, bytes] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(to, entry);
    archive_write_data(to, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(to);
  archive_write_free(to);
  out.resize(used);
  return out;
}

}  // namespace freehold::trust::testing
