#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "imap/search_key.hpp"
#include "imap/view.hpp"

namespace freehold::imap {

// Whether a message matches a search program. Looks at the index first, at the stored content for
// header keys, and at the body only for BODY and TEXT. Text is compared as UTF-8 without case.
class Matcher {
 public:
  Matcher(const mailstore::Mailstore& store, const View& view,
          const std::vector<std::uint32_t>& saved_result)
      : store_(store), view_(view), saved_result_(saved_result) {}

  [[nodiscard]] bool matches(const SearchKey& key, std::size_t index);
  // Makes the texts of the program comparable and its sets resolved: once, before the first
  // message.
  void prepare(SearchKey& key) const;

 private:
  struct Loaded;
  [[nodiscard]] bool matches_content(const SearchKey& key, std::size_t index);
  [[nodiscard]] const Loaded& load(std::size_t index);

  const mailstore::Mailstore& store_;
  const View& view_;
  const std::vector<std::uint32_t>& saved_result_;
  std::shared_ptr<Loaded>
      loaded_;  // of the message looked at last; shared with nobody, but its type is the .cpp's
};

}  // namespace freehold::imap
