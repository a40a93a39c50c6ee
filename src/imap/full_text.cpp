#include "imap/full_text.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/bytes.hpp"
#include "imap/chunk_match.hpp"

namespace freehold::imap {

namespace {

using Kind = SearchKey::Kind;
using Scope = search::Query::Scope;

// Up to so many messages of the mailbox that have a needle's words are read and compared byte by
// byte, which takes some tens of milliseconds; of more the index's word is taken.
constexpr std::size_t kVerified = 250;

// The extracts of fewer messages are compared in less time than the index is asked.
constexpr std::size_t kFieldsFromIndex = 5'000;

// A set of emails with small numbers, for one look per message.
class EmailSet {
 public:
  EmailSet(const std::vector<EmailId>& emails, EmailId largest) : bits_(largest.value + 1) {
    for (const auto email : emails) {
      if (email <= largest) bits_[email.value] = true;
    }
  }
  [[nodiscard]] bool contains(EmailId email) const {
    return email.value < bits_.size() && bits_[email.value];
  }

 private:
  std::vector<bool> bits_;
};

// What of a key the index can be asked for.
std::optional<Scope> scope_of(const SearchKey& key) {
  if (key.kind == Kind::body) return Scope::body;
  if (key.kind == Kind::text) return Scope::text;
  if (key.kind != Kind::header || key.text.empty()) return std::nullopt;
  constexpr std::pair<std::string_view, Scope> kFields[] = {{"subject", Scope::subject},
                                                            {"from", Scope::from},
                                                            {"to", Scope::to},
                                                            {"cc", Scope::cc},
                                                            {"bcc", Scope::bcc}};
  for (const auto& [name, scope] : kFields) {
    if (iequals(name, key.name)) return scope;
  }
  return std::nullopt;
}

bool is_exact_field(const SearchKey& key) { return key.kind == Kind::header && !key.fuzzy; }

template <class Visit>
void each_email(const View& view, Visit visit) {
  view.messages().for_each(
      0, view.count(),
      [&visit](std::uint32_t index, const auto&, const auto& row) { visit(index, row.email); });
}

// Whether so many messages have to be looked at that the index is worth asking for fields. What the
// rest of the program says is known by bitmaps.
bool is_worth_it(const View& view, const SearchKey& key) {
  std::size_t count = 0;
  for (const auto& slot : view.messages().slots()) {
    const auto [possible, certain] = match_chunk(key, *slot.chunk, slot.before);
    count += static_cast<std::size_t>(std::popcount(possible & ~certain));
    if (count >= kFieldsFromIndex) return true;
  }
  return false;
}

}  // namespace

awaitable<void> FullText::ask(search::Search* index, const View& view, const SearchKey& key) {
  if (index == nullptr || view.count() == 0) co_return;
  co_await ask_all(*index, view, key, is_worth_it(view, key));
}

awaitable<void> FullText::ask_all(search::Search& index, const View& view, const SearchKey& key,
                                  bool of_fields) {
  if (scope_of(key) && (of_fields || !is_exact_field(key))) co_await ask_one(index, view, key);
  for (const auto& child : key.children) co_await ask_all(index, view, child, of_fields);
}

awaitable<void> FullText::ask_one(search::Search& index, const View& view, const SearchKey& key) {
  search::Query query{*scope_of(key), key.text, key.fuzzy};
  const auto found = co_await index.find(view.account(), std::move(query));
  if (!found.usable) co_return;
  if (key.fuzzy)
    verdicts_[&key] = judge_fuzzy(view, found);
  else
    verdicts_[&key] = is_exact_field(key) ? judge_field(view, found) : judge(view, found);
}

FullText::Verdicts FullText::judge(const View& view, const search::Candidates& found) {
  const EmailSet possible(found.possible, found.upto);
  const EmailSet certain(found.certain, found.upto);
  Verdicts verdicts(view.count(), Verdict::unknown);
  std::vector<std::size_t> to_verify;
  each_email(view, [&](std::size_t i, EmailId email) {
    if (email > found.upto) return;
    if (certain.contains(email)) {
      verdicts[i] = Verdict::yes;
    } else if (possible.contains(email)) {
      to_verify.push_back(i);
    } else {
      verdicts[i] = Verdict::no;
    }
  });
  if (to_verify.size() > kVerified) {
    for (const auto i : to_verify) verdicts[i] = Verdict::yes;
  }
  return verdicts;
}

// Each field that may have the needle is looked at: these searches are exact.
FullText::Verdicts FullText::judge_field(const View& view, const search::Candidates& found) {
  const EmailSet possible(found.possible, found.upto);
  Verdicts verdicts(view.count(), Verdict::unknown);
  each_email(view, [&](std::size_t i, EmailId email) {
    if (email <= found.upto && !possible.contains(email)) verdicts[i] = Verdict::no;
  });
  return verdicts;
}

FullText::Verdicts FullText::judge_fuzzy(const View& view, const search::Candidates& found) {
  constexpr std::uint8_t kExact = 100;
  if (relevancies_.empty()) relevancies_.assign(view.count(), kExact);
  Verdicts verdicts(view.count(), Verdict::unknown);
  each_email(view, [&](std::size_t i, EmailId email) {
    if (email > found.upto) return;
    const auto hit =
        std::ranges::lower_bound(found.hits, email, {}, &search::Candidates::Hit::email);
    const bool there = hit != found.hits.end() && hit->email == email;
    verdicts[i] = there ? Verdict::yes : Verdict::no;
    // Of several fuzzy keys the weakest speaks.
    if (there) {
      relevancies_[i] = std::min(relevancies_[i], static_cast<std::uint8_t>(hit->relevancy));
    }
  });
  return verdicts;
}

}  // namespace freehold::imap
