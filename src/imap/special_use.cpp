#include "imap/special_use.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace freehold::imap {

namespace {

struct Use {
  std::string_view role;
  std::string_view use;
};
// \All and \Flagged would be views of other mailboxes' mail, which we do not have.
constexpr Use kUses[] = {{"drafts", "\\Drafts"},
                         {"sent", "\\Sent"},
                         {"trash", "\\Trash"},
                         {"junk", "\\Junk"},
                         {"archive", "\\Archive"}};

}  // namespace

std::string_view use_of_role(std::string_view role) {
  const auto* found = std::ranges::find(kUses, role, &Use::role);
  return found == std::end(kUses) ? std::string_view() : found->use;
}

std::optional<std::string_view> role_of_use(std::string_view use) {
  const auto* found =
      std::ranges::find_if(kUses, [use](const Use& known) { return iequals(known.use, use); });
  if (found == std::end(kUses)) return std::nullopt;
  return found->role;
}

}  // namespace freehold::imap
