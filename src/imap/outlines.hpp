#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/begun.hpp"
#include "imap/search_result.hpp"
#include "imap/session.hpp"
#include "message/envelope.hpp"

namespace freehold::imap {

// What SORT and THREAD look at of a message: the fields of its header. It comes from the extracts
// of many messages at once; what is too large for one, from the message itself. Nothing: it has
// gone.
using Outline = std::optional<message::Envelope>;

// Blocks: for the pool, or for a few.
[[nodiscard]] std::vector<Outline> read_outlines(const mailstore::Mailstore& store,
                                                 AccountId account, std::span<const EmailId> emails,
                                                 const message::EnvelopeParts& parts);

// What make(index, outline) makes in the pool of each of the messages, in their order; it may not
// touch the session. The view has to stay as it is meanwhile.
template <class Make>
auto made_of_outlines(Context& context, const Found& found, message::EnvelopeParts parts,
                      const Make& make)
    -> awaitable<
        std::vector<std::invoke_result_t<const Make&, std::size_t, const message::Envelope*>>> {
  using Made =
      std::vector<std::invoke_result_t<const Make&, std::size_t, const message::Envelope*>>;
  constexpr std::size_t kAtOnce = 512, kGroupsAhead = 2;
  const auto& view = *context.view;
  const auto& store = context.house.mailstore;
  const auto begin_group = [&](std::size_t begin) {
    const std::span group(found.begin() + static_cast<std::ptrdiff_t>(begin),
                          std::min(kAtOnce, found.size() - begin));
    return freehold::begin(store.pool(), [&, group] {
      std::vector<EmailId> emails;
      emails.reserve(group.size());
      for (const auto index : group) emails.push_back(view.row(index).email);
      const auto outlines = read_outlines(store, view.account(), emails, parts);
      Made made;
      made.reserve(group.size());
      for (std::size_t i = 0; i < group.size(); ++i)
        made.push_back(make(group[i], outlines[i] ? &*outlines[i] : nullptr));
      return made;
    });
  };
  Made all;
  all.reserve(found.size());
  std::deque<Begun<Made>> groups;
  for (std::size_t begun = 0; begun < found.size() || !groups.empty();) {
    for (; groups.size() < kGroupsAhead && begun < found.size(); begun += kAtOnce)
      groups.push_back(begin_group(begun));
    auto made = co_await groups.front().take();
    groups.pop_front();
    std::ranges::move(made, std::back_inserter(all));
  }
  co_return all;
}

}  // namespace freehold::imap
