#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "filter/links.hpp"

namespace freehold::filter {

// Names that a reader would take for others.

// Whom the reader knows. Domains are lower-case A-labels. A value, made once and used for many
// messages, from any thread.
class KnownNames {
 public:
  KnownNames() = default;
  // The owner's own display names and domains, and the domains of those the owner writes to; at
  // most kMaxOwnNames of each are taken.
  KnownNames(const std::vector<std::string>& own_names, const std::vector<std::string>& own_domains,
             const std::vector<std::string>& contact_domains);

  [[nodiscard]] bool is_own_domain(std::string_view registrable) const;
  [[nodiscard]] bool is_known_domain(std::string_view registrable) const;
  [[nodiscard]] bool is_own_name(std::string_view display_name) const;

  struct Likeness {
    std::string domain;  // the known one; empty: like none
    bool own = false;
    bool confusable = false;  // the same to the eye; else one slip of the finger away
  };
  // Of a registrable domain that is not known itself.
  [[nodiscard]] Likeness like(std::string_view registrable) const;

 private:
  struct Known {
    std::string domain;
    std::string label;     // the first, in Unicode
    std::string skeleton;  // of it
    bool own = false;
  };
  std::vector<Known> domains_;
  std::unordered_map<std::string, bool> exact_;  // → own
  std::unordered_set<std::string> names_;        // skeletons
};

struct NameFinding {
  std::string name;  // "lookalike_domain": stable
  double weight = 0;
  std::string text;
};

// `from_name` is decoded, `from_domain` an A-label name.
[[nodiscard]] std::vector<NameFinding> find_lookalikes(const KnownNames& known,
                                                       std::string_view from_name,
                                                       std::string_view from_domain,
                                                       std::span<const Link> links);

// What a text looks like (UTS 39's skeleton), in lower case.
[[nodiscard]] std::string skeleton(std::string_view utf8);
// Whether one letter too many, too few, other, or two swapped make one of the other.
[[nodiscard]] bool is_one_slip_away(std::string_view a, std::string_view b);

}  // namespace freehold::filter
