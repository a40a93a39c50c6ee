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
  // Of the owners of this box, and of those to whom the reader writes; at most kMaxOwnNames of each
  // are taken.
  struct Of {
    std::vector<std::string> names;  // for people
    std::vector<std::string> domains;
  };
  KnownNames(const Of& own, const Of& contacts);

  [[nodiscard]] bool is_own_domain(std::string_view registrable) const;
  [[nodiscard]] bool is_known_domain(std::string_view registrable) const;
  [[nodiscard]] bool is_own_name(std::string_view display_name) const;
  [[nodiscard]] bool is_contact_name(std::string_view display_name) const;

  struct Likeness {
    std::string domain;  // the known one; empty: like none
    bool own = false;
    bool confusable = false;  // the same to the eye; else one slip of the finger away
  };
  // Of a registrable domain that is not known itself. The first finds only what is the same to the
  // eye, and takes no time.
  [[nodiscard]] Likeness confusable_with(std::string_view registrable) const;
  [[nodiscard]] Likeness like(std::string_view registrable) const;

 private:
  struct Known {
    std::string domain;
    std::string label;  // the first, in Unicode
    bool own = false;
  };
  using Skeletons = std::unordered_set<std::string>;
  void add(const std::vector<std::string>& domains, bool own);
  static void add(const std::vector<std::string>& names, Skeletons& to);

  std::vector<Known> domains_;
  std::unordered_map<std::string, bool> exact_;                 // → own
  std::unordered_multimap<std::string, std::size_t> by_shape_;  // skeleton of a label → domains_
  Skeletons own_names_;
  Skeletons contact_names_;
};

struct NameFinding {
  std::string name;  // "lookalike_domain": stable
  double weight = 0;
  std::string text;
};

// Who says to have written a message.
struct Author {
  std::string_view name;    // decoded
  std::string_view domain;  // A-labels
  bool is_contact = false;  // the reader has written to this very address
};
[[nodiscard]] std::vector<NameFinding> find_lookalikes(const KnownNames& known,
                                                       const Author& author,
                                                       std::span<const Link> links);

// What a text looks like (UTS 39's skeleton), in lower case.
[[nodiscard]] std::string skeleton(std::string_view utf8);
// Whether one letter too many, too few, other, or two swapped make one of the other.
[[nodiscard]] bool is_one_slip_away(std::string_view a, std::string_view b);

}  // namespace freehold::filter
