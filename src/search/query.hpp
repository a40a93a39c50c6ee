#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"

namespace freehold::search {

// What to look for. See docs/search.md for what a needle finds.
struct Query {
  enum class Scope {
    body,  // text parts, attachments' names and texts
    text,  // that and the header
    subject,
    from,
    to,
    cc,
    bcc,
  } scope = Scope::text;
  std::string needle;  // UTF-8
  // False: of body and text the needle's words one after the other, the last perhaps only begun; of
  // a field every substring. True: messages that have all its words in any form and order.
  bool fuzzy = false;
};

// What the index answers. Emails above `upto` are not in it: the caller has to look at them.
struct Candidates {
  // False: the index cannot help (there is none yet, or the needle has no words).
  bool usable = false;
  EmailId upto;

  // Not fuzzy: by email. The text of a possible one has the needle's words, its field may have the
  // needle; a certain one has them where the caller cannot look (in an attachment's text).
  std::vector<EmailId> possible;
  std::vector<EmailId> certain;

  // Fuzzy: by email; relevancy of RFC 6203, 4: 1 to 100.
  struct Hit {
    EmailId email;
    int relevancy = 100;
  };
  std::vector<Hit> hits;
};

}  // namespace freehold::search
