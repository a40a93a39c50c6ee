#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/awaitable.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "mailstore/mailstore.hpp"
#include "search/extractor.hpp"
#include "search/query.hpp"

namespace freehold::search {

struct Settings {
  std::filesystem::path folder;  // of the indexes, one folder each; made when it is not there
  Extractors extractors;
};

// Full-text search over the accounts' mail. Each account has an index that follows its changes in a
// thread of this object, within two seconds; it is derived from the store, so it may be thrown away
// at any time. Owned by the wiring; the mailstore outlives it. Calls come from any thread; its
// destructor waits for the work under way, which stops soon.
class Search {
 public:
  Search(mailstore::Mailstore& mailstore, Settings settings);
  ~Search();
  Search(const Search&) = delete;
  Search& operator=(const Search&) = delete;

  // Brings the index up to date first when only some hundred messages are missing.
  awaitable<Candidates> find(AccountId account, Query query);

  // Begins the index anew; returns before it is complete.
  awaitable<void> rebuild(AccountId account);
  // Of an account that is no more.
  awaitable<void> erase(AccountId account);

  struct Status {
    std::uint64_t emails = 0;      // of the account
    std::uint64_t documents = 0;   // in the index
    std::uint64_t missing = 0;     // emails that may be missing still, counted by their numbers
    std::uint64_t to_extract = 0;  // messages whose attachments are still to be read
    std::uint64_t bytes = 0;       // on disk
    bool complete = false;
    bool paused = false;  // the disk is low
  };
  awaitable<Status> status(AccountId account);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace freehold::search
