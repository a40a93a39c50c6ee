#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "mailstore/mailstore.hpp"
#include "search/extractor.hpp"
#include "search/query.hpp"

namespace Xapian {
class Document;
class WritableDatabase;
}  // namespace Xapian

namespace freehold::search {

// What all indexes share; outlives them.
struct IndexSettings {
  mailstore::Mailstore& mailstore;
  std::filesystem::path folder;  // of all indexes
  Extractors extractors;
};

// How far an index has come: the last email it looked at, and the change up to which it has
// forgotten what was destroyed. EmailIds are drawn in the order of the changes that create them,
// and a message never changes, so these two say all.
struct Bookmark {
  EmailId email;
  ModSeq modseq;
};

// The full-text index of one account: a Xapian database that follows the store. It may vanish or
// break at any time: it is then made anew from the first email on. Owned by Search, used from any
// thread; one writer at a time, and one reader beside it. All calls block.
class AccountIndex {
 public:
  AccountIndex(const IndexSettings& settings, AccountId account);
  ~AccountIndex();

  enum class Step {
    done,   // up to date
    more,   // to be called again
    busy,   // somebody else is writing
    gone,   // there is no such account (any more): its index neither
    paused  // the disk is low
  };
  // Brings the index forward by one commit. Throws what Xapian or the store throws.
  [[nodiscard]] Step advance(std::stop_token stop = {});
  // Reads attachments that wait for it, some at once; only when advance() is done.
  [[nodiscard]] Step extract_some(std::stop_token stop);

  // Does not throw for a broken index: it cannot help then, and says so in damaged().
  [[nodiscard]] Candidates find(const Query& query);
  // It was found broken or missing; the next advance() makes it anew.
  [[nodiscard]] bool damaged() const { return damaged_; }

  // Throws it away; the next advance() begins anew.
  void discard();
  // Closes what is open for reading.
  void rest();

  struct Status {
    Bookmark bookmark;
    EmailId last_email;  // of the store
    std::uint64_t documents = 0;
    std::uint64_t emails = 0;  // of the store
    std::uint64_t to_extract = 0;
    std::uint64_t bytes = 0;
    [[nodiscard]] bool complete() const { return bookmark.email >= last_email; }
  };
  [[nodiscard]] Status status();
  // Emails that are not in it, at most; without looking at the disk when it was written before.
  [[nodiscard]] std::uint64_t missing();

 private:
  struct Reading;
  struct Work;  // what the store has and the index not yet

  // Under writing_.
  void load_bookmark();
  void set_bookmark(std::optional<Bookmark> bookmark);
  [[nodiscard]] Step advance_locked(const std::stop_token& stop);
  [[nodiscard]] std::optional<Work> look() const;
  [[nodiscard]] Step write(const Work& work, const std::stop_token& stop);
  [[nodiscard]] Xapian::WritableDatabase open_for_writing();
  void forget_vanished(Xapian::WritableDatabase& db) const;
  void discard_locked();

  // Under reading_.
  void open_for_reading();

  // Nothing: the message is gone, or cannot be read. Adds to `bytes` what was read.
  [[nodiscard]] std::optional<Xapian::Document> document_of(EmailId email,
                                                            std::size_t& bytes) const;
  [[nodiscard]] std::optional<Xapian::Document> document_with_attachments(
      EmailId email, const std::stop_token& stop) const;

  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};
  const IndexSettings& settings_;
  const AccountId account_;
  const std::filesystem::path folder_;

  std::mutex writing_;                             // held while the database is open for writing
  std::optional<Bookmark> bookmark_;               // of the writers, once known
  ModSeq written_modseq_;                          // of the bookmark that is on disk
  std::atomic<std::uint64_t> indexed_ = kUnknown;  // bookmark_->email

  std::mutex reading_;
  std::unique_ptr<Reading> reader_;
  std::atomic<std::uint64_t> generation_ = 0;  // moves when the database is made anew
  std::atomic<bool> damaged_ = false;
};

}  // namespace freehold::search
