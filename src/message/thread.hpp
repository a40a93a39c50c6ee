#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace freehold::message {

struct Envelope;

// RFC 5256, 2.1: a decoded subject without "Re:", "Fwd:", "[list]" and "(fwd)". Compare without
// regard to case.
struct BaseSubject {
  std::string text;
  bool is_reply = false;  // something was taken away that marks a reply or forward
};
[[nodiscard]] BaseSubject base_subject(std::string_view subject);

// The message ids in a value, without angle brackets, comments and needless quotes, each once; of
// more than `most` the last ones, which are the nearest ancestors.
[[nodiscard]] std::vector<std::string> parse_message_ids(std::string_view value, std::size_t most);

// By what a message is tied to its thread: its own Message-ID, then In-Reply-To, then References
// from the nearest ancestor on; each once, at most 1 + 20.
[[nodiscard]] std::vector<std::string> thread_keys(const Envelope& envelope);

}  // namespace freehold::message
