#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace freehold::imap {

// RFC 5256, 3: the algorithms of THREAD, on what they look at of each message. Pure: from the
// messages, in the order of their sequence numbers, to the text behind "* THREAD".

struct ThreadedMessage {
  std::uint32_t number = 0;  // in the answer
  std::int64_t sent = 0;     // any unit
  std::string subject;       // the base subject, for comparing
  bool is_reply = false;     // something was taken off the subject that marks a reply or forward
  std::string message_id;    // empty: none
  std::vector<std::string> references;  // the farthest ancestor first
};

[[nodiscard]] std::string thread_by_subject(const std::vector<ThreadedMessage>& messages);
// REFERENCES; or REFS, which joins by no subject and puts the thread with the newest message last.
[[nodiscard]] std::string thread_by_references(const std::vector<ThreadedMessage>& messages,
                                               bool refs_only);

}  // namespace freehold::imap
