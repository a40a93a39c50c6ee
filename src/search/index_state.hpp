#pragma once

#include <xapian.h>

#include <string>

#include "search/account_index.hpp"

// Inside account_index.cpp and account_writer.cpp only: it brings Xapian.
namespace freehold::search {

inline const std::string kFormatKey = "format";
inline const std::string kBookmarkKey = "bookmark";

struct AccountIndex::Reading {
  Reading(Xapian::Database opened, std::uint64_t of) : db(std::move(opened)), generation(of) {}
  Xapian::Database db;
  std::uint64_t generation;
};

[[nodiscard]] std::string bookmark_text(const Bookmark& bookmark);
// Throws DatabaseCorruptError when there is none.
[[nodiscard]] Bookmark read_bookmark(const Xapian::Database& db);
[[nodiscard]] EmailId last_email(const mailstore::Mailstore& mailstore, AccountId account);

}  // namespace freehold::search
