#pragma once

#include <string_view>
#include <vector>

#include "search/query.hpp"

namespace Xapian {
class Database;
class Document;
class Query;
}  // namespace Xapian

// How messages and needles become terms. Inside this layer only.
namespace freehold::search {

struct MessageTexts;

// Of the terms as they are made here, and of the metadata; another number on disk: rebuild.
inline constexpr std::string_view kFormat = "2";

// Prefixes of terms. Words are folded, so a capital begins no word.
inline constexpr std::string_view kBody = "";      // with positions
inline constexpr std::string_view kHeader = "H";   // names and values of all fields, with positions
inline constexpr std::string_view kSubject = "S";  // these with positions as well
inline constexpr std::string_view kFrom = "A";
inline constexpr std::string_view kTo = "XT";
inline constexpr std::string_view kCc = "XC";
inline constexpr std::string_view kBcc = "XB";
inline constexpr std::string_view kAttachment = "XA";  // names and texts, with positions
inline constexpr std::string_view kStem = "Z";         // before one of the above; no positions
inline constexpr std::string_view kLanguage = "XL";    // the stemmer's name
inline constexpr std::string_view kToExtract = "XE";   // an attachment's text is still to come
inline constexpr std::string_view kCutHeader = "XH";   // not all of its header is in the index

// Of the field that a scope is about; empty: it is about more.
[[nodiscard]] std::string_view prefix_of_field(Query::Scope scope);

// `extracted`: texts of attachments.
[[nodiscard]] Xapian::Document make_document(const MessageTexts& texts, std::string_view extracted);

// The words of a needle that is not fuzzy, under a prefix; an empty query when it has none.
[[nodiscard]] Xapian::Query needle_query(const Xapian::Database& db, std::string_view prefix,
                                         std::string_view folded);
[[nodiscard]] Xapian::Query fuzzy_query(const Xapian::Database& db, Query::Scope scope,
                                        std::string_view folded);

}  // namespace freehold::search
