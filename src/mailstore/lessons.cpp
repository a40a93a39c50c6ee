#include "mailstore/lessons.hpp"

#include "store/keys.hpp"
#include "store/records.hpp"

namespace freehold::mailstore {

namespace keys = store::keys;

std::optional<Lesson> lesson_of_move(std::string_view from_role, std::string_view to_role) {
  if (from_role == to_role) return std::nullopt;
  if (to_role == "junk") return Lesson::spam;
  if (from_role == "junk" && to_role != "trash") return Lesson::ham;
  return std::nullopt;
}

std::optional<Lesson> lesson_of_flags(const Flags& before, const Flags& after,
                                      std::string_view role) {
  if (role != "junk" && after.has(kAnswered) && !before.has(kAnswered)) return Lesson::ham;
  return std::nullopt;
}

std::vector<NotedLesson> noted_lessons(const store::Reader& reader, std::size_t most) {
  std::vector<NotedLesson> all;
  reader.scan(store::prefix_range(keys::table(keys::Table::lesson)),
              [&](std::string_view key, std::string_view value) {
                const auto lesson = value == "s" ? Lesson::spam : Lesson::ham;
                all.push_back({keys::account_of(key), keys::email_of(key), lesson});
                return all.size() < most;
              });
  return all;
}

}  // namespace freehold::mailstore
