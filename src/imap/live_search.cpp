#include "imap/live_search.hpp"

#include <algorithm>

#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/matcher.hpp"
#include "imap/outlines.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

namespace {

// Pairs of a position and a message; SEARCH has no positions and says 0 once.
class Notice {
 public:
  Notice(Context& context, const LiveSearch& live, std::string_view word)
      : context_(context), live_(live), word_(word) {}

  void add(std::size_t position, Uid uid) {
    const auto number = live_.by_uid ? uid.value : context_.view->sequence_of(uid).value_or(0);
    if (live_.is_sorted()) {
      pairs_ +=
          (pairs_.empty() ? "" : " ") + std::to_string(position + 1) + " " + std::to_string(number);
    } else {
      numbers_.push_back(number);
    }
  }
  void put() {
    if (pairs_.empty() && numbers_.empty()) return;
    auto& out = context_.out;
    out << "* ESEARCH (TAG ";
    out.string(live_.tag);
    out << ')' << (live_.by_uid ? " UID " : " ") << word_ << " (";
    if (live_.is_sorted()) {
      out << pairs_;
    } else {
      std::ranges::sort(numbers_);
      out << "0 " << format_set(numbers_);
    }
    out << ")\r\n";
  }

 private:
  Context& context_;
  const LiveSearch& live_;
  std::string_view word_;
  std::string pairs_;
  std::vector<std::uint32_t> numbers_;
};

auto row_of(LiveSearch& live, Uid uid) {
  if (!live.is_sorted()) {
    const auto at = std::ranges::lower_bound(live.rows, uid.value, {}, &SortRow::index);
    return at != live.rows.end() && at->index == uid.value ? at : live.rows.end();
  }
  return std::ranges::find(live.rows, uid.value, &SortRow::index);
}

std::size_t position_of(const LiveSearch& live, std::vector<SortRow>::iterator row) {
  return static_cast<std::size_t>(row - live.rows.begin());
}

SortRow make_row(Context& context, const LiveSearch& live,
                 const mailstore::IndexChunk::Row& message) {
  Outline outline;
  if (const auto parts = outline_parts(live.criteria); parts.any()) {
    const auto& store = context.house.mailstore;
    outline = read_outlines(store, context.view->account(), {&message.email, 1}, parts).front();
  }
  return sort_row(live.criteria, message.uid.value, message, outline ? &*outline : nullptr);
}

void tell_changed(Context& context, LiveSearch& live) {
  const auto& view = *context.view;
  Matcher matcher(context.house.mailstore, view, context.saved_result,
                  [&] { return known_mailboxes(context, view.account()); });
  auto key = live.key;
  matcher.prepare(key);
  Notice added(context, live, "ADDTO"), removed(context, live, "REMOVEFROM");
  for (std::size_t i = 0; i < view.count(); ++i) {
    const auto& message = view.row(i);
    if (message.modseq <= live.upto) continue;
    const bool matches = matcher.matches(key, i);
    const auto known = row_of(live, message.uid);
    if (matches == (known != live.rows.end())) continue;
    if (!matches) {
      removed.add(position_of(live, known), message.uid);
      live.rows.erase(known);
      continue;
    }
    auto row = make_row(context, live, message);
    const auto at = std::ranges::lower_bound(live.rows, row, [&](const auto& a, const auto& b) {
      return sorts_before(live.criteria, a, b);
    });
    added.add(position_of(live, live.rows.insert(at, std::move(row))), message.uid);
  }
  live.upto = view.messages().highest_modseq;
  removed.put();
  added.put();
}

}  // namespace

bool is_followed(const Context& context, std::string_view tag) {
  return std::ranges::find(context.live_searches, tag, &LiveSearch::tag) !=
         context.live_searches.end();
}

void follow(Context& context, LiveSearch live) {
  live.upto = context.view->messages().highest_modseq;
  if (context.live_searches.size() < kMaxLiveSearches && live.rows.size() <= kMaxLiveResults) {
    context.live_searches.push_back(std::move(live));
    return;
  }
  context.out << "* NO [NOUPDATE ";
  context.out.string(live.tag);
  context.out << "] this search is not followed\r\n";
}

SearchKey with_uids(const Context& context, SearchKey key) {
  const auto& view = *context.view;
  if (key.set.saved_result) {
    key.kind = SearchKey::Kind::uid;
    key.set = {};
    for (const auto uid : context.saved_result) key.set.ranges.emplace_back(uid, uid);
  } else if (key.kind == SearchKey::Kind::sequence) {
    key.kind = SearchKey::Kind::uid;
    const auto resolved = key.set.resolved(view.count());
    key.set = {};
    for (const auto& [first, last] : resolved.ranges) {
      for (auto n = first; n >= 1 && n <= std::min(last, view.count()); ++n) {
        const auto uid = view.row(n - 1).uid.value;
        key.set.ranges.emplace_back(uid, uid);
      }
    }
  }
  for (auto& child : key.children) child = with_uids(context, std::move(child));
  return key;
}

void tell_removed(Context& context, const mailstore::MailboxSnapshot& newest) {
  for (auto& live : context.live_searches) {
    Notice removed(context, live, "REMOVEFROM");
    for (std::size_t i = 0; i < live.rows.size();) {
      const Uid uid(static_cast<std::uint32_t>(live.rows[i].index));
      if (newest.index_of(uid)) {
        ++i;
        continue;
      }
      removed.add(i, uid);
      live.rows.erase(live.rows.begin() + static_cast<std::ptrdiff_t>(i));
    }
    removed.put();
  }
}

void tell_changed(Context& context) {
  for (auto& live : context.live_searches) tell_changed(context, live);
}

awaitable<Reply> cancel_update(Context& context, Command& command) {
  auto& lexer = command.arguments;
  do {
    lexer.space();
    const auto tag = lexer.string();
    if (!lexer.failed()) {
      std::erase_if(context.live_searches, [&](const LiveSearch& live) { return live.tag == tag; });
    }
  } while (!lexer.at_end());
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  co_return Reply::ok("CANCELUPDATE completed");
}

}  // namespace freehold::imap
