#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "imap/full_text.hpp"
#include "imap/search_key.hpp"
#include "imap/view.hpp"

namespace freehold::imap {

// Whether a message matches a search program. Looks at the index first, at header extracts and
// the stored content for header keys, and at the body only for BODY and TEXT, where the full-text
// index does not know better. Text is compared as message::fold_text() makes it; HTML as a reader
// sees it.
class Matcher {
 public:
  // The mailboxes that X-GM-LABELS may name, asked when it is used.
  using Labels = std::function<std::vector<mailstore::MailboxInfo>()>;

  Matcher(const mailstore::Mailstore& store, const View& view,
          const std::vector<std::uint32_t>& saved_result, Labels labels)
      : store_(store),
        view_(view),
        saved_result_(saved_result),
        labels_(std::move(labels)),
        now_(to_millis(store.clock().now())) {}

  [[nodiscard]] bool matches(const SearchKey& key, std::size_t index);
  // Makes the texts of the program comparable and its sets resolved: once, before the first
  // message.
  void prepare(SearchKey& key) const;
  // What the index says of the prepared program; outlives the matcher.
  void use(const FullText& full_text) { full_text_ = &full_text; }

 private:
  struct Loaded;
  [[nodiscard]] bool ruled_out(const SearchKey& key, std::size_t index) const;
  [[nodiscard]] bool matches_content(const SearchKey& key, std::size_t index);
  [[nodiscard]] static bool matches_saved(const SearchKey& key,
                                          const mailstore::IndexedMessage& message);
  [[nodiscard]] bool is_in(const mailstore::IndexedMessage& message, MailboxId mailbox) const;
  [[nodiscard]] const Loaded& load(std::size_t index);
  [[nodiscard]] std::optional<bool> matches_extract(const SearchKey& key, std::size_t index);
  [[nodiscard]] const std::optional<std::string>& extract(std::size_t index);

  const mailstore::Mailstore& store_;
  const View& view_;
  const std::vector<std::uint32_t>& saved_result_;
  Labels labels_;
  std::int64_t now_;  // milliseconds, of OLDER and YOUNGER
  const FullText* full_text_ = nullptr;
  // Header extracts of some messages in a row, those that are asked for next.
  struct Window {
    std::size_t begin = 0;
    std::vector<std::optional<std::string>> extracts;
  };
  Window window_;
  std::shared_ptr<Loaded>
      loaded_;  // of the message looked at last; shared with nobody, but its type is the .cpp's
};

}  // namespace freehold::imap
