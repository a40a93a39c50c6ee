#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "mailstore/flags.hpp"
#include "store/reader.hpp"

// What an owner does with a message says whether it is spam. The mailstore notes it in the change
// itself, whatever protocol asked for it; the spam filter learns from the notes later.
namespace freehold::mailstore {

enum class Lesson : char { ham = 'h', spam = 's' };  // on disk

// Of a copy or move between mailboxes of these roles: into Junk it is spam, out of Junk it is none,
// unless it goes to Trash.
[[nodiscard]] std::optional<Lesson> lesson_of_move(std::string_view from_role,
                                                   std::string_view to_role);
// Of new flags: who answers a message wanted it, unless it lies in Junk. $Junk and its like say
// nothing: mail programs set them by themselves, after the guesses of a filter of their own.
[[nodiscard]] std::optional<Lesson> lesson_of_flags(const Flags& before, const Flags& after,
                                                    std::string_view role);

struct NotedLesson {
  AccountId account;
  EmailId email;
  Lesson lesson = Lesson::ham;
};
// The oldest accounts' first, at most `most`.
[[nodiscard]] std::vector<NotedLesson> noted_lessons(const store::Reader& reader, std::size_t most);

}  // namespace freehold::mailstore
