#include <xapian.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "mailstore/change_log.hpp"
#include "message/charset.hpp"
#include "schema/mailstore.pb.h"
#include "search/account_index.hpp"
#include "search/index_state.hpp"
#include "search/limits.hpp"
#include "search/terms.hpp"
#include "search/texts.hpp"
#include "store/keys.hpp"
#include "store/records.hpp"

// Bringing an index forward.
namespace freehold::search {

namespace {

namespace fs = std::filesystem;
namespace keys = store::keys;

metrics::Counter& indexed_total() {
  static auto& counter =
      metrics::counter("freehold_search_indexed_total", "Messages put into a full-text index");
  return counter;
}

metrics::Counter& rebuilds_total() {
  static auto& counter =
      metrics::counter("freehold_search_rebuilds_total", "Full-text indexes begun anew");
  return counter;
}

Xapian::docid docid_of(EmailId email) { return static_cast<Xapian::docid>(email.value); }

// Emails are numbered from 1 in each account, so this is no limit in practice.
bool fits(EmailId email) { return email.value > 0 && email.value < 0xffff'ffff; }

void forget(Xapian::WritableDatabase& db, EmailId email) {
  if (!fits(email)) return;
  try {
    db.delete_document(docid_of(email));
  } catch (const Xapian::DocNotFoundError&) {
    return;  // its message could not be read
  }
}

const std::vector<std::string>* extractor_for(const Extractors& extractors,
                                              const Attachment& attachment) {
  if (attachment.size > kMaxExtractedFile) return nullptr;
  const auto found = extractors.find(attachment.type);
  return found == extractors.end() ? nullptr : &found->second;
}

}  // namespace

struct AccountIndex::Work {
  Bookmark upto;
  std::vector<EmailId> fresh;
  std::vector<EmailId> destroyed;
  bool more = false;
  // The log does not reach back to the bookmark: what is gone is found by comparing all.
  bool log_gap = false;
};

void AccountIndex::set_bookmark(std::optional<Bookmark> bookmark) {
  bookmark_ = bookmark;
  indexed_ = bookmark ? bookmark->email.value : kUnknown;
}

void AccountIndex::load_bookmark() {
  if (damaged_.exchange(false)) discard_locked();
  if (bookmark_) return;
  Bookmark stored;
  try {
    const Xapian::Database db(folder_.string());
    if (db.get_metadata(kFormatKey) != kFormat) {
      throw Xapian::DatabaseVersionError("another version");
    }
    stored = read_bookmark(db);
  } catch (const Xapian::DatabaseError& error) {
    std::error_code ignored;
    if (fs::exists(folder_, ignored)) {
      log::warning("search.index_dropped",
                   {{"account", account_.value}, {"error", error.get_msg()}});
      discard_locked();
    }
    stored = {};
  }
  written_modseq_ = stored.modseq;
  set_bookmark(stored);
}

void AccountIndex::discard_locked() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  ++generation_;
  set_bookmark(std::nullopt);
}

void AccountIndex::discard() {
  const std::lock_guard lock(writing_);
  discard_locked();
}

// In one snapshot of the store; nothing: the account is gone.
std::optional<AccountIndex::Work> AccountIndex::look() const {
  const auto snapshot = settings_.mailstore.engine().snapshot();
  const auto state = store::read<schema::AccountState>(*snapshot, keys::account_state(account_));
  if (!state) return std::nullopt;
  Work work;
  work.upto = *bookmark_;
  auto emails = store::prefix_range(keys::emails(account_));
  emails.begin = keys::email(account_, EmailId(bookmark_->email.value + 1));
  snapshot->scan(emails, [&](std::string_view key, std::string_view) {
    work.more = work.fresh.size() == kStepMessages;
    if (!work.more) work.fresh.push_back(keys::email_of(key));
    return !work.more;
  });
  // Of an index with nothing in it nothing has to be forgotten.
  if (bookmark_->email == EmailId()) {
    work.upto.modseq = ModSeq(state->modseq());
    return work;
  }
  auto log = store::prefix_range(keys::changes(account_));
  log.begin = keys::change(account_, ModSeq(bookmark_->modseq.value + 1));
  std::size_t count = 0;
  snapshot->scan(log, [&](std::string_view key, std::string_view value) {
    const auto modseq = keys::modseq_of_change(key);
    if (count++ == 0) work.log_gap = modseq.value != bookmark_->modseq.value + 1;
    work.upto.modseq = modseq;
    const auto change = store::decode<schema::Change>(key, value);
    for (const auto& messages : change.messages()) {
      mailstore::visit_messages(messages, [&work](auto kind, Uid, EmailId email) {
        if (kind == schema::Change::Messages::PURGED) work.destroyed.push_back(email);
      });
    }
    return count < kStepChanges;
  });
  if (count == 0) work.log_gap = state->modseq() > bookmark_->modseq.value;
  if (count == kStepChanges) work.more = true;
  if (work.log_gap) work.upto.modseq = ModSeq(state->modseq());
  return work;
}

AccountIndex::Step AccountIndex::advance(std::stop_token stop) {
  const std::unique_lock lock(writing_, std::try_to_lock);
  if (!lock) return Step::busy;
  try {
    return advance_locked(stop);
  } catch (const Xapian::DatabaseLockError&) {
    return Step::busy;
  } catch (const Xapian::DatabaseError& error) {
    log::warning("search.index_dropped", {{"account", account_.value}, {"error", error.get_msg()}});
    discard_locked();
    return Step::more;
  }
}

AccountIndex::Step AccountIndex::advance_locked(const std::stop_token& stop) {
  load_bookmark();
  const auto state = store::read<schema::AccountState>(settings_.mailstore.engine().latest(),
                                                       keys::account_state(account_));
  // A store that is behind its index was brought back from an older copy: its numbers mean other
  // messages now.
  if (state &&
      (bookmark_->email.value > state->last_email() || bookmark_->modseq.value > state->modseq())) {
    discard_locked();
    load_bookmark();
  }
  const auto work = look();
  if (!work) {
    discard_locked();
    return Step::gone;
  }
  const bool idle = work->fresh.empty() && work->destroyed.empty() && !work->log_gap;
  const bool empty = bookmark_->email == EmailId();
  if (idle && (empty || work->upto.modseq.value - written_modseq_.value < kIdleModseqs)) {
    set_bookmark(work->upto);
    return work->more ? Step::more : Step::done;
  }
  if (settings_.mailstore.engine().disk_low()) return Step::paused;
  return write(*work, stop);
}

Xapian::WritableDatabase AccountIndex::open_for_writing() {
  std::error_code ignored;
  fs::create_directories(settings_.folder, ignored);
  fs::permissions(settings_.folder, fs::perms::owner_all, ignored);
  Xapian::WritableDatabase db(folder_.string(),
                              Xapian::DB_CREATE_OR_OPEN | Xapian::DB_BACKEND_GLASS);
  if (db.get_metadata(kFormatKey).empty()) {
    // The folder has gone since the bookmark was read.
    if (bookmark_->email != EmailId()) throw Xapian::DatabaseCorruptError("the index has vanished");
    db.set_metadata(kFormatKey, std::string(kFormat));
    ++generation_;
    rebuilds_total().add();
  }
  return db;
}

std::optional<Xapian::Document> AccountIndex::document_of(EmailId email, std::size_t& bytes) const {
  try {
    const auto content = settings_.mailstore.content(account_, email);
    const auto opened = settings_.mailstore.open(account_, email);
    if (!content || !opened) return std::nullopt;
    const auto texts = read_texts(*content, opened->prefix, opened->body);
    bytes += texts.body.size();
    auto document = make_document(texts, {});
    for (const auto& attachment : texts.attachments) {
      if (extractor_for(settings_.extractors, attachment) == nullptr) continue;
      document.add_boolean_term(std::string(kToExtract));
      break;
    }
    return document;
  } catch (const store::ReadError& error) {
    log::warning("search.message_unreadable",
                 {{"account", account_.value}, {"email", email.value}, {"error", error.what()}});
    return std::nullopt;
  }
}

AccountIndex::Step AccountIndex::write(const Work& work, const std::stop_token& stop) {
  auto db = open_for_writing();
  auto upto = work.upto;
  bool more = work.more;
  std::size_t bytes = 0;
  for (const auto email : work.fresh) {
    if (stop.stop_requested() || bytes >= kStepBytes) {
      more = true;
      break;
    }
    if (const auto document = fits(email) ? document_of(email, bytes) : std::nullopt)
      db.replace_document(docid_of(email), *document);
    upto.email = email;
    indexed_total().add();
  }
  for (const auto email : work.destroyed) forget(db, email);
  if (work.log_gap) forget_vanished(db);
  db.set_metadata(kBookmarkKey, bookmark_text(upto));
  db.commit();
  written_modseq_ = upto.modseq;
  set_bookmark(upto);
  return more ? Step::more : Step::done;
}

// Compares all documents with the store; both are in the order of their numbers.
void AccountIndex::forget_vanished(Xapian::WritableDatabase& db) const {
  std::vector<EmailId> there;
  settings_.mailstore.engine().latest().scan(store::prefix_range(keys::emails(account_)),
                                             [&](std::string_view key, std::string_view) {
                                               there.push_back(keys::email_of(key));
                                               return true;
                                             });
  std::vector<EmailId> vanished;
  for (auto at = db.postlist_begin({}); at != db.postlist_end({}); ++at) {
    if (!std::ranges::binary_search(there, EmailId(*at))) vanished.emplace_back(*at);
  }
  for (const auto email : vanished) forget(db, email);
}

std::optional<Xapian::Document> AccountIndex::document_with_attachments(
    EmailId email, const std::stop_token& stop) const {
  const auto content = settings_.mailstore.content(account_, email);
  const auto opened = settings_.mailstore.open(account_, email);
  if (!content || !opened) return std::nullopt;
  const auto texts = read_texts(*content, opened->prefix, opened->body);
  std::string extracted;
  std::size_t count = 0;
  for (const auto& attachment : texts.attachments) {
    const auto* command = extractor_for(settings_.extractors, attachment);
    if (command == nullptr || count++ == kMaxExtracted) continue;
    const auto bytes =
        bytes_of_part(content->parts(attachment.part), opened->body, kMaxExtractedFile);
    const auto done = extract(*command, bytes, settings_.folder / "extracting", {}, stop);
    if (stop.stop_requested()) return std::nullopt;
    if (!done.ended) {
      log::info("search.extractor_failed",
                {{"account", account_.value}, {"email", email.value}, {"type", attachment.type}});
    }
    extracted += message::guess_utf8(done.text) + "\n";
  }
  return make_document(texts, extracted);
}

AccountIndex::Step AccountIndex::extract_some(std::stop_token stop) {
  if (settings_.extractors.empty()) return Step::done;
  std::vector<EmailId> waiting;
  const std::string term(kToExtract);
  try {
    const Xapian::Database db(folder_.string());
    for (auto at = db.postlist_begin(term); at != db.postlist_end(term); ++at) {
      if (waiting.size() == kStepExtractions) break;
      waiting.emplace_back(*at);
    }
  } catch (const Xapian::DatabaseError&) {
    return Step::done;  // advance() will see it
  }
  if (waiting.empty()) return Step::done;
  if (settings_.mailstore.engine().disk_low()) return Step::paused;
  // Without the lock: it may take minutes.
  std::vector<std::pair<EmailId, Xapian::Document>> documents;
  for (const auto email : waiting) {
    if (auto document = document_with_attachments(email, stop))
      documents.emplace_back(email, std::move(*document));
    if (stop.stop_requested()) return Step::more;
  }
  const std::lock_guard lock(writing_);
  load_bookmark();
  auto db = open_for_writing();
  for (const auto& [email, document] : documents) {
    // It may have been destroyed meanwhile.
    auto still = db.postlist_begin(term);
    still.skip_to(docid_of(email));
    if (still != db.postlist_end(term) && *still == docid_of(email))
      db.replace_document(docid_of(email), document);
  }
  db.commit();
  return Step::more;
}

}  // namespace freehold::search
