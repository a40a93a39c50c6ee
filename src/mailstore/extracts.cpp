#include <algorithm>
#include <numeric>

#include "mailstore/mailstore_state.hpp"
#include "store/keys.hpp"

// What is stored ready for lists of messages: read many at a time.
namespace freehold::mailstore {

namespace keys = store::keys;

namespace {

// Records that lie so close are read one after the other, others are sought each.
constexpr std::uint64_t kDense = 4;

}  // namespace

std::vector<std::optional<std::string>> Mailstore::extracts(AccountId account, Extract what,
                                                            std::span<const EmailId> emails) const {
  std::vector<std::optional<std::string>> found(emails.size());
  if (emails.empty()) return found;
  const auto key_of = what == Extract::envelope ? keys::envelope : keys::header_extract;
  std::vector<std::size_t> order(emails.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return emails[i]; });
  const auto first = emails[order.front()], last = emails[order.back()];
  const auto& reader = state_->engine.latest();
  if (last.value - first.value >= kDense * emails.size()) {
    std::vector<std::string> wanted;
    wanted.reserve(emails.size());
    for (const auto email : emails) wanted.push_back(key_of(account, email));
    return reader.multi_get(wanted);
  }
  auto next = order.begin();
  reader.scan({key_of(account, first), key_of(account, EmailId(last.value + 1))},
              [&](std::string_view key, std::string_view value) {
                const auto email = keys::email_of(key);
                while (next != order.end() && emails[*next] < email) ++next;
                for (; next != order.end() && emails[*next] == email; ++next) found[*next] = value;
                return next != order.end();
              });
  return found;
}

}  // namespace freehold::mailstore
