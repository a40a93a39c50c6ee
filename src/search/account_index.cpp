#include "search/account_index.hpp"

#include <xapian.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "message/fold.hpp"
#include "schema/mailstore.pb.h"
#include "search/field_words.hpp"
#include "search/index_state.hpp"
#include "search/terms.hpp"
#include "search/words.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// Opening and asking; writing is in account_writer.cpp.
namespace freehold::search {

namespace {

namespace fs = std::filesystem;

std::vector<EmailId> ids_of(const Xapian::MSet& found) {
  std::vector<EmailId> ids;
  ids.reserve(found.size());
  for (auto at = found.begin(); at != found.end(); ++at) ids.emplace_back(*at);
  return ids;
}

std::vector<EmailId> matches(const Xapian::Database& db, const Xapian::Query& query) {
  if (query.empty()) return {};
  Xapian::Enquire enquire(db);
  enquire.set_weighting_scheme(Xapian::BoolWeight());
  enquire.set_query(query);
  return ids_of(enquire.get_mset(0, db.get_doccount()));
}

// False: the index cannot help.
bool find_field(const Xapian::Database& db, std::string_view prefix, std::string_view folded,
                Candidates& out) {
  auto found = emails_with_words_of(db, prefix, folded);
  if (found) out.possible = std::move(*found);
  return found.has_value();
}

void find_words(const Xapian::Database& db, const Query& query, std::string_view folded,
                Candidates& out) {
  auto where = needle_query(db, kBody, folded);
  if (query.scope == Query::Scope::text) {
    where = Xapian::Query(Xapian::Query::OP_OR, where, needle_query(db, kHeader, folded));
  }
  out.possible = matches(db, where);
  out.certain = matches(db, needle_query(db, kAttachment, folded));
}

void find_fuzzily(const Xapian::Database& db, const Query& query, std::string_view folded,
                  Candidates& out) {
  Xapian::Enquire enquire(db);
  enquire.set_query(fuzzy_query(db, query.scope, folded));
  const auto found = enquire.get_mset(0, db.get_doccount());
  for (auto at = found.begin(); at != found.end(); ++at) {
    out.hits.push_back({EmailId(*at), std::max(1, found.convert_to_percent(at))});
  }
  std::ranges::sort(out.hits, {}, &Candidates::Hit::email);
}

}  // namespace

std::string bookmark_text(const Bookmark& bookmark) {
  std::string bytes;
  append_u64(bytes, bookmark.email.value);
  append_u64(bytes, bookmark.modseq.value);
  return hex(bytes);
}

Bookmark read_bookmark(const Xapian::Database& db) {
  const auto bytes = unhex(db.get_metadata(kBookmarkKey));
  if (!bytes || bytes->size() != 16) throw Xapian::DatabaseCorruptError("no bookmark");
  return {EmailId(read_u64(*bytes)), ModSeq(read_u64(std::string_view(*bytes).substr(8)))};
}

AccountIndex::AccountIndex(const IndexSettings& settings, AccountId account)
    : settings_(settings),
      account_(account),
      folder_(settings.folder / std::to_string(account.value)) {}
AccountIndex::~AccountIndex() = default;

void AccountIndex::open_for_reading() {
  const auto generation = generation_.load();
  if (reader_ && reader_->generation == generation) {
    reader_->db.reopen();
    return;
  }
  reader_.reset();
  Xapian::Database db(folder_.string());
  if (db.get_metadata(kFormatKey) != kFormat) {
    throw Xapian::DatabaseVersionError("the index is of another version");
  }
  reader_ = std::make_unique<Reading>(std::move(db), generation);
}

Candidates AccountIndex::find(const Query& query) {
  const auto folded = message::fold_text(query.needle);
  if (words_of(folded, 1).empty()) return {};
  constexpr int kTries = 4;  // a commit while we read makes us begin again
  const std::lock_guard lock(reading_);
  for (int i = 0; i < kTries; ++i) {
    try {
      open_for_reading();
      Candidates out;
      out.upto = read_bookmark(reader_->db).email;
      out.usable = true;
      if (query.fuzzy) {
        find_fuzzily(reader_->db, query, folded, out);
      } else if (const auto prefix = prefix_of_field(query.scope); !prefix.empty()) {
        out.usable = find_field(reader_->db, prefix, folded, out);
      } else {
        find_words(reader_->db, query, folded, out);
      }
      return out;
    } catch (const Xapian::DatabaseModifiedError&) {
      continue;
    } catch (const Xapian::DatabaseError& error) {
      reader_.reset();
      damaged_ = true;
      log::info("search.index_unusable", {{"account", account_.value}, {"error", error.get_msg()}});
      return {};
    } catch (const Xapian::Error& error) {
      log::error("search.query_failed", {{"account", account_.value}, {"error", error.get_msg()}});
      return {};
    }
  }
  return {};
}

void AccountIndex::rest() {
  const std::unique_lock lock(reading_, std::try_to_lock);
  if (lock) reader_.reset();
}

EmailId last_email(const mailstore::Mailstore& mailstore, AccountId account) {
  const auto state = store::read<schema::AccountState>(mailstore.engine().latest(),
                                                       store::keys::account_state(account));
  return EmailId(state ? state->last_email() : 0);
}

std::uint64_t AccountIndex::missing() {
  if (indexed_ == kUnknown) {
    const std::lock_guard lock(writing_);
    load_bookmark();
  }
  const auto last = last_email(settings_.mailstore, account_).value;
  const auto indexed = indexed_.load();
  return last > indexed ? last - indexed : 0;
}

AccountIndex::Status AccountIndex::status() {
  Status status;
  const auto state = store::read<schema::AccountState>(settings_.mailstore.engine().latest(),
                                                       store::keys::account_state(account_));
  if (state) {
    status.last_email = EmailId(state->last_email());
    status.emails = state->emails();
  }
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder_, error)) {
    const auto size = file.file_size(error);
    if (!error) status.bytes += size;
  }
  const std::lock_guard lock(reading_);
  try {
    open_for_reading();
    status.bookmark = read_bookmark(reader_->db);
    status.documents = reader_->db.get_doccount();
    status.to_extract = reader_->db.get_termfreq(std::string(kToExtract));
  } catch (const Xapian::Error&) {
    reader_.reset();  // no index, or a broken one: nothing is in it
  }
  return status;
}

}  // namespace freehold::search
