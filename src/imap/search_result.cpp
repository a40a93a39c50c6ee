#include "imap/search_result.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

#include "base/yield.hpp"
#include "imap/chunk_match.hpp"
#include "imap/full_text.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/matcher.hpp"

namespace freehold::imap {

namespace {

// A long search gives way to the other sessions of its thread now and then.
constexpr std::size_t kBeforeYield = 64;

// Those that the answer is about: the ends alone when only they were asked for.
Found answered(const Found& found, const SearchReturn& options) {
  if (options.all || options.count || found.empty()) return found;
  Found some;
  if (options.min) some.push_back(found.front());
  if (options.max) some.push_back(found.back());
  if (options.partial) {
    const auto [begin, end] = options.partial->of(found.size());
    some.insert(some.end(), found.begin() + static_cast<std::ptrdiff_t>(begin),
                found.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return some.empty() && !options.partial ? found : some;
}

void put_partial(Output& out, const std::vector<std::uint32_t>& numbers,
                 const PartialRange& range) {
  const auto [begin, end] = range.of(numbers.size());
  out << " PARTIAL (" << range.text() << ' ';
  if (begin == end) {
    out << "NIL)";
    return;
  }
  out << format_set({numbers.begin() + static_cast<std::ptrdiff_t>(begin),
                     numbers.begin() + static_cast<std::ptrdiff_t>(end)})
      << ')';
}

void put_relevancies(Output& out, const std::vector<int>& relevancies) {
  if (relevancies.empty()) return;
  out << " RELEVANCY (";
  for (std::size_t i = 0; i < relevancies.size(); ++i)
    out << (i == 0 ? "" : " ") << static_cast<std::uint64_t>(relevancies[i]);
  out << ')';
}

// RFC 9585: tells the client of a long command that it goes on.
class Progress {
 public:
  explicit Progress(Context& context) : context_(context), told_(Clock::now()) {}

  awaitable<void> tell(std::uint64_t done, std::uint64_t goal) {
    const auto now = Clock::now();
    if (now - told_ < context_.house.settings.progress_every) co_return;
    told_ = now;
    context_.out << "* OK [INPROGRESS (";
    context_.out.string(context_.tag);
    context_.out << ' ' << done << ' ' << goal << ")] searching\r\n";
    // A client that has gone is noticed when the answer is sent.
    static_cast<void>(co_await context_.out.flush());
  }

 private:
  using Clock = std::chrono::steady_clock;
  Context& context_;
  Clock::time_point told_;
};

}  // namespace

awaitable<Found> find_matching(Context& context, const View& view, SearchKey key,
                               std::vector<int>* relevancies) {
  Matcher matcher(context.house.mailstore, view, context.saved_result,
                  [&] { return known_mailboxes(context, view.account()); });
  matcher.prepare(key);
  FullText full_text;
  co_await full_text.ask(context.house.search, view, key);
  matcher.use(full_text);
  Found found;
  Progress progress(context);
  std::size_t looked_at = 0;  // messages, and chunks whose bitmaps said all
  for (const auto& slot : view.messages().slots()) {
    const auto [possible, certain] = match_chunk(key, *slot.chunk, slot.before);
    ++looked_at;
    for (auto left = possible; left != 0; left &= left - 1) {
      const auto bit = left & (0 - left);
      const auto below = slot.chunk->present() & (bit - 1);
      const auto index = slot.before + static_cast<std::size_t>(std::popcount(below));
      if ((certain & bit) == 0) {
        ++looked_at;
        if (!matcher.matches(key, index)) continue;
      }
      found.push_back(index);
      if (relevancies != nullptr) relevancies->push_back(full_text.relevancy(index));
    }
    if (looked_at < kBeforeYield) continue;
    looked_at = 0;
    co_await yield();
    co_await progress.tell(slot.before + slot.chunk->size(), view.count());
  }
  co_return found;
}

std::vector<std::uint32_t> numbers_of(const View& view, const Found& found, bool by_uid) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(found.size());
  for (const auto index : found) numbers.push_back(number_of(view, index, by_uid));
  return numbers;
}

void put_esearch(Output& out, std::string_view tag, std::string_view mailbox, const View& view,
                 const Found& found, const SearchReturn& options, bool by_uid, bool with_modseq,
                 const std::vector<int>& relevancies) {
  const auto numbers = numbers_of(view, found, by_uid);
  out << "* ESEARCH (TAG ";
  out.string(tag);
  out << mailbox << ')';
  if (by_uid) out << " UID";
  if (!numbers.empty()) {
    if (options.min) out << " MIN " << numbers.front();
    if (options.max) out << " MAX " << numbers.back();
    if (options.all) out << " ALL " << format_set(numbers);
  }
  if (options.count) out << " COUNT " << numbers.size();
  if (options.partial) put_partial(out, numbers, *options.partial);
  if (with_modseq && !found.empty()) {
    std::uint64_t highest = 0;
    for (const auto index : answered(found, options))
      highest = std::max(highest, view.row(index).modseq.value);
    if (highest > 0) out << " MODSEQ " << highest;
  }
  put_relevancies(out, relevancies);
  out << "\r\n";
}

void save_result(Context& context, const Found& found, const SearchReturn& options) {
  context.saved_result = numbers_of(*context.view, answered(found, options), true);
  std::ranges::sort(context.saved_result);
  const auto twice = std::ranges::unique(context.saved_result);
  context.saved_result.erase(twice.begin(), twice.end());
}

}  // namespace freehold::imap
