#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/pool.hpp"
#include "filter/screen.hpp"
#include "message/header.hpp"
#include "schema/mailstore.pb.h"
#include "store/keys.hpp"
#include "store/records.hpp"

// Learning from messages that are kept, explaining them, and keeping the filter's own house.
namespace freehold::filter {

namespace keys = store::keys;

namespace {

constexpr std::size_t kExpiredAtOnce = 2'000;  // records looked at

message::Parsed parse_body(const store::BodyReader& body) {
  message::Parser parser;
  for (std::uint64_t at = 0; at < body.size();) {
    const auto piece = body.read(at);
    if (piece.empty()) break;
    parser.feed(piece);
    at += piece.size();
  }
  return parser.finish();
}

Problem no_such_message() {
  return problem(Problem::Kind::not_found, "the message is not there any more");
}

}  // namespace

struct Screen::Stored {
  std::unique_ptr<const message::Parsed> parsed;  // the case refers to it
  Case about;
  BlobHash body;
};

// The prefix that this box has put before the message, with what it found out at the door.
trust::AuthenticationResults Screen::own_results(std::string_view header) const {
  const message::Header fields{std::string(header)};
  for (const auto& field : fields.fields()) {
    if (!iequals(fields.name(field), "Authentication-Results")) continue;
    auto results = trust::parse_authentication_results(message::unfold(fields.value(field)));
    if (results && iequals(results->authserv_id, hostname_)) return std::move(*results);
  }
  return {hostname_};
}

Result<Screen::Stored> Screen::open_stored(AccountId account, EmailId email, Tokens::Names names) {
  const auto& reader = mailstore_.engine().latest();
  const auto record = store::read<schema::Email>(reader, keys::email(account, email));
  if (!record) return no_such_message();
  const auto hash = BlobHash::from(record->body());
  const auto body = store::BodyReader::open(reader, hash);
  if (!body) return no_such_message();
  auto parsed = std::make_unique<const message::Parsed>(parse_body(*body));
  const auto bytes = [&body](std::uint64_t offset, std::size_t most) {
    return body->read(offset, most);
  };
  auto about = open_case(*parsed, bytes, own_results(record->prefix()), names);
  return Stored{std::move(parsed), std::move(about), hash};
}

awaitable<Result<>> Screen::learn(AccountId account, EmailId email, Verdict verdict) {
  auto stored = co_await mailstore_.pool().run(
      [this, account, email] { return open_stored(account, email, Tokens::Names::dropped); });
  if (!stored) co_return stored.error();
  const auto before = classifier_.learned_as(account, stored->body);
  if (before == verdict) co_return Result<>();
  const auto done = co_await classifier_.learn(account, stored->body,
                                               std::move(stored->about.content.tokens), verdict);
  if (!done) co_return done;
  const auto& origin = stored->about.evidence.origin;
  if (before) reputations_.count(account, origin, *before == Verdict::spam, -1);
  reputations_.count(account, origin, verdict == Verdict::spam, 1);
  co_return Result<>();
}

awaitable<bool> Screen::learn_noted() {
  auto& engine = mailstore_.engine();
  const auto lessons = mailstore::noted_lessons(engine.latest(), kLessonsAtOnce);
  if (lessons.empty()) co_return false;
  store::Batch done;
  for (const auto& one : lessons) {
    const bool spam = one.lesson == mailstore::Lesson::spam;
    const auto learned =
        co_await learn(one.account, one.email, spam ? Verdict::spam : Verdict::ham);
    if (!learned && learned.error().kind == Problem::Kind::unavailable) co_return false;
    // One that was changed meanwhile stays, and is learned anew.
    const auto key = keys::lesson(one.account, one.email);
    done.require_equals(key, std::string(1, static_cast<char>(one.lesson)));
    done.erase(key);
    log::info("filter.learned", {{"account", one.account.value},
                                 {"email", one.email.value},
                                 {"as", spam ? "spam" : "ham"},
                                 {"error", learned ? "" : learned.error().what}});
  }
  const auto written = co_await engine.commit(std::move(done));
  co_return written&& lessons.size() == kLessonsAtOnce;
}

awaitable<Assessment> Screen::explain_case(Case& about, AccountId account) {
  co_await ask_lists(about);
  Receiver receiver{account, {}};
  if (const auto info = directory_.account(account)) receiver.address = info->name;
  co_return assess(facts_for(about, receiver), settings_.limits);
}

awaitable<Result<Assessment>> Screen::explain(AccountId account, EmailId email) {
  auto stored = co_await mailstore_.pool().run(
      [this, account, email] { return open_stored(account, email, Tokens::Names::kept); });
  if (!stored) co_return stored.error();
  co_return co_await explain_case(stored->about, account);
}

awaitable<Result<Assessment>> Screen::explain(AccountId account, std::string raw) {
  const auto parsed = message::parse(raw);
  const auto bytes = [&raw](std::uint64_t offset, std::size_t most) {
    return offset >= raw.size() ? std::string()
                                : raw.substr(static_cast<std::size_t>(offset), most);
  };
  auto about = open_case(parsed, bytes, own_results(parsed.header.raw()), Tokens::Names::kept);
  co_return co_await explain_case(about, account);
}

awaitable<void> Screen::flush() {
  const auto counted = co_await reputations_.flush();
  const auto noted = co_await sent_.flush();
  const auto met = co_await contacts_.flush();
  for (const auto* outcome : {&counted, &noted, &met}) {
    if (!*outcome) log::warning("filter.not_written", {{"error", outcome->error().text()}});
  }
}

void Screen::expire() {
  for (const auto& gone : {reputations_.expire(kExpiredAtOnce), greylist_.expire(kExpiredAtOnce),
                           sent_.expire(kExpiredAtOnce), contacts_.expire(kExpiredAtOnce)}) {
    if (!gone) log::warning("filter.not_expired", {{"error", gone.error().text()}});
  }
}

awaitable<Result<>> Screen::forget(AccountId account) {
  const auto words = co_await classifier_.forget_all(account);
  if (!words) co_return words;
  const auto rules = co_await rules_.remove_all(RuleScope::of(account));
  if (!rules) co_return rules;
  const auto sent = co_await sent_.forget_all(account);
  if (!sent) co_return sent;
  co_return co_await contacts_.forget_all(account);
}

}  // namespace freehold::filter
