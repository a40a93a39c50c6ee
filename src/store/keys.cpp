#include "store/keys.hpp"

#include "base/bytes.hpp"
#include "store/reader.hpp"

namespace freehold::store::keys {

namespace {

std::string begin(Table t, std::size_t room) {
  std::string key;
  key.reserve(1 + room);
  key.push_back(static_cast<char>(t));
  return key;
}

std::string with_text(Table t, std::string_view text) {
  auto key = begin(t, text.size());
  key.append(text);
  return key;
}

template <class... Numbers>
std::string with_numbers(Table t, Numbers... numbers) {
  auto key = begin(t, sizeof...(numbers) * 8 + 4);
  (append_u64(key, numbers), ...);
  return key;
}

// The eight bytes at `offset`; a shorter key is none that this file has made.
std::uint64_t number_at(std::string_view key, std::size_t offset) {
  if (key.size() < offset + 8) throw ReadError("a key of the store is too short");
  return read_u64(key.substr(offset));
}

std::uint32_t short_number_at(std::string_view key, std::size_t offset) {
  if (key.size() < offset + 4) throw ReadError("a key of the store is too short");
  return read_u32(key.substr(offset));
}

}  // namespace

std::string table(Table t) { return begin(t, 0); }
std::string format() { return begin(Table::format, 0); }
std::string counter(std::string_view name) { return with_text(Table::counter, name); }
std::string secret(std::string_view name) { return with_text(Table::secret, name); }

std::string domain(std::string_view name) { return with_text(Table::domain, name); }
std::string account(AccountId id) { return with_numbers(Table::account, id.value); }
std::string address(std::string_view canonical) { return with_text(Table::address, canonical); }
std::string relay(std::string_view domain) { return with_text(Table::relay, domain); }

std::string account_state(AccountId a) { return with_numbers(Table::account_state, a.value); }
std::string mailbox(AccountId a, MailboxId m) {
  return with_numbers(Table::mailbox, a.value, m.value);
}
std::string mailboxes(AccountId a) { return with_numbers(Table::mailbox, a.value); }
std::string email(AccountId a, EmailId e) { return with_numbers(Table::email, a.value, e.value); }
std::string emails(AccountId a) { return with_numbers(Table::email, a.value); }
std::string content(AccountId a, EmailId e) {
  return with_numbers(Table::content, a.value, e.value);
}
std::string contents(AccountId a) { return with_numbers(Table::content, a.value); }
std::string envelope(AccountId a, EmailId e) {
  return with_numbers(Table::envelope, a.value, e.value);
}
std::string envelopes(AccountId a) { return with_numbers(Table::envelope, a.value); }
std::string header_extract(AccountId a, EmailId e) {
  return with_numbers(Table::header_extract, a.value, e.value);
}
std::string header_extracts(AccountId a) { return with_numbers(Table::header_extract, a.value); }
std::string placement(AccountId a, EmailId e, MailboxId m) {
  auto key = with_numbers(Table::placement, a.value, e.value);
  append_u64(key, m.value);
  return key;
}
std::string placements(AccountId a, EmailId e) {
  return with_numbers(Table::placement, a.value, e.value);
}
std::string placements_of(AccountId a) { return with_numbers(Table::placement, a.value); }
std::string expunged(AccountId a, ModSeq modseq, std::uint32_t number) {
  auto key = with_numbers(Table::expunged, a.value, modseq.value);
  append_u32(key, number);
  return key;
}
std::string expunged_of(AccountId a) { return with_numbers(Table::expunged, a.value); }
std::string index(AccountId a, MailboxId m, std::uint32_t chunk) {
  auto key = with_numbers(Table::index, a.value, m.value);
  append_u32(key, chunk);
  return key;
}
std::string index_of(AccountId a, MailboxId m) {
  return with_numbers(Table::index, a.value, m.value);
}
std::string indexes(AccountId a) { return with_numbers(Table::index, a.value); }
std::string change(AccountId a, ModSeq modseq) {
  return with_numbers(Table::change, a.value, modseq.value);
}
std::string changes(AccountId a) { return with_numbers(Table::change, a.value); }
std::string thread(AccountId a, std::uint64_t message_id_hash) {
  return with_numbers(Table::thread, a.value, message_id_hash);
}
std::string threads(AccountId a) { return with_numbers(Table::thread, a.value); }

std::string body(const BlobHash& hash) { return with_text(Table::body, hash.view()); }
std::string body_links(const BlobHash& hash) { return with_text(Table::body_link, hash.view()); }
std::string body_link(const BlobHash& hash, std::string_view owner) {
  return body_links(hash).append(owner);
}
std::string unlinked(const BlobHash& hash) { return with_text(Table::unlinked, hash.view()); }
std::string bulk_pending(std::string_view body_id) {
  return with_text(Table::bulk_pending, body_id);
}
std::string owner(AccountId a, EmailId e) {
  std::string text = "e";
  append_u64(text, a.value);
  append_u64(text, e.value);
  return text;
}
std::string owner(QueueId queued) {
  std::string text = "q";
  append_u64(text, queued.value);
  return text;
}
std::string pieces(Table t, std::string_view id) { return with_text(t, id); }
std::string piece(Table t, std::string_view id, std::uint32_t number) {
  auto key = pieces(t, id);
  append_u32(key, number);
  return key;
}

std::string queued(QueueId id) { return with_numbers(Table::queued, id.value); }
std::string recipients(QueueId id) { return with_numbers(Table::recipient, id.value); }
std::string recipient(QueueId id, std::uint32_t number) {
  auto key = recipients(id);
  append_u32(key, number);
  return key;
}
std::string due(Time when, QueueId id, std::uint32_t number) {
  auto key = with_numbers(Table::due, static_cast<std::uint64_t>(to_millis(when)), id.value);
  append_u32(key, number);
  return key;
}

std::string domain_keys(std::string_view domain) { return with_text(Table::domain_keys, domain); }
std::string sts_policy(std::string_view domain) { return with_text(Table::sts_policy, domain); }
std::string known_tls(std::string_view domain) { return with_text(Table::known_tls, domain); }
std::string of_day(Table t, Day day, std::string_view rest) {
  auto key = begin(t, 4 + rest.size());
  append_u32(key, static_cast<std::uint32_t>(day.time_since_epoch().count()));
  return key.append(rest);
}

std::string audit(Time when, std::uint64_t distinction) {
  return with_numbers(Table::audit, static_cast<std::uint64_t>(to_millis(when)), distinction);
}
std::string app_password(AccountId a, std::uint64_t number) {
  return with_numbers(Table::app_password, a.value, number);
}
std::string app_passwords(AccountId a) { return with_numbers(Table::app_password, a.value); }
std::string totp(AccountId a) { return with_numbers(Table::totp, a.value); }
std::string ban(std::string_view address_bytes) { return with_text(Table::ban, address_bytes); }
std::string sending(AccountId a) { return with_numbers(Table::sending, a.value); }
std::string known_recipient(AccountId a, std::uint64_t address_hash) {
  return with_numbers(Table::known_recipient, a.value, address_hash);
}
std::string known_recipients(AccountId a) { return with_numbers(Table::known_recipient, a.value); }
std::string filter_base() { return begin(Table::filter_base, 0); }
std::string filter_delta(AccountId a) { return with_numbers(Table::filter_delta, a.value); }
std::string filter_learned_of(AccountId a) { return with_numbers(Table::filter_learned, a.value); }
std::string filter_learned(AccountId a, const BlobHash& message) {
  return filter_learned_of(a).append(message.view());
}
std::string filter_reputation(char kind, AccountId of, std::string_view identity) {
  auto key = begin(Table::filter_reputation, 9 + identity.size());
  key.push_back(kind);
  append_u64(key, of.value);
  return key.append(identity);
}
std::string filter_triplet(std::string_view hash) { return with_text(Table::filter_triplet, hash); }
std::string filter_rule(char scope, std::string_view id, std::string_view pattern) {
  auto key = begin(Table::filter_rule, 2 + id.size() + pattern.size());
  key.push_back(scope);
  return key.append(id).append(1, '\0').append(pattern);
}
std::string filter_sent(AccountId a, std::uint64_t message_id_hash) {
  return with_numbers(Table::filter_sent, a.value, message_id_hash);
}
std::string filter_sent_of(AccountId a) { return with_numbers(Table::filter_sent, a.value); }
std::string filter_contact(AccountId a, char kind, std::string_view text) {
  return filter_contacts(a).append(1, kind).append(text);
}
std::string filter_contacts(AccountId a) { return with_numbers(Table::filter_contact, a.value); }
std::string lesson(AccountId a, EmailId e) { return with_numbers(Table::lesson, a.value, e.value); }
std::string lessons(AccountId a) { return with_numbers(Table::lesson, a.value); }
std::string pop_hidden(AccountId a, EmailId e) {
  return with_numbers(Table::pop_hidden, a.value, e.value);
}
std::string pop_hidden_of(AccountId a) { return with_numbers(Table::pop_hidden, a.value); }
std::string acl(AccountId a, MailboxId m) { return with_numbers(Table::acl, a.value, m.value); }
std::string acls(AccountId a) { return with_numbers(Table::acl, a.value); }
std::string granted(AccountId to, AccountId owner, MailboxId m) {
  return with_numbers(Table::granted, to.value, owner.value, m.value);
}
std::string granted_to(AccountId to) { return with_numbers(Table::granted, to.value); }
std::string subscribed(AccountId by, AccountId owner, MailboxId m) {
  return with_numbers(Table::subscribed, by.value, owner.value, m.value);
}
std::string subscribed_by(AccountId by) { return with_numbers(Table::subscribed, by.value); }
std::string annotations_of(AccountId a) { return with_numbers(Table::annotation, a.value); }
std::string annotations(AccountId a, MailboxId m) {
  return with_numbers(Table::annotation, a.value, m.value);
}
std::string annotation(AccountId a, MailboxId m, std::string_view entry) {
  return annotations(a, m).append(entry);
}

Day day_of(std::string_view key) { return Day{std::chrono::days{short_number_at(key, 1)}}; }
std::string_view rest_of_day(std::string_view key) {
  if (key.size() < 5) throw ReadError("a key of the store is too short");
  return key.substr(5);
}
AccountId account_of(std::string_view key) { return AccountId(number_at(key, 1)); }
MailboxId mailbox_of(std::string_view key) { return MailboxId(number_at(key, 9)); }
AccountId owner_of(std::string_view key) { return AccountId(number_at(key, 9)); }
MailboxId mailbox_of_owner(std::string_view key) { return MailboxId(number_at(key, 17)); }
std::string_view entry_of_annotation(std::string_view key) {
  if (key.size() < 17) throw ReadError("a key of the store is too short");
  return key.substr(17);
}
std::string_view text_of_contact(std::string_view key) {
  if (key.size() < 10) throw ReadError("a key of the store is too short");
  return key.substr(9);
}
EmailId email_of(std::string_view key) { return EmailId(number_at(key, 9)); }
std::uint32_t chunk_of_index(std::string_view key) { return short_number_at(key, 17); }
MailboxId mailbox_of_placement(std::string_view key) { return MailboxId(number_at(key, 17)); }
ModSeq modseq_of_change(std::string_view key) { return ModSeq(number_at(key, 9)); }
QueueId queue_id_of(std::string_view key) { return QueueId(number_at(key, 1)); }
std::uint32_t number_of_recipient(std::string_view key) { return short_number_at(key, 9); }
Time time_of_audit(std::string_view key) {
  return from_millis(static_cast<std::int64_t>(number_at(key, 1)));
}
std::uint64_t number_of_app_password(std::string_view key) { return number_at(key, 9); }
std::uint64_t hash_of_known_recipient(std::string_view key) { return number_at(key, 9); }
Due due_of(std::string_view key) {
  return {from_millis(static_cast<std::int64_t>(number_at(key, 1))), QueueId(number_at(key, 9)),
          short_number_at(key, 17)};
}

}  // namespace freehold::store::keys
