#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/begun.hpp"
#include "imap/session.hpp"

namespace freehold::imap {

// Reads what stands behind the mailbox name of APPEND and REPLACE: a message as a literal or put
// together of parts (CATENATE, RFC 4469), or several (MULTIAPPEND, RFC 3502). Messages stream from
// the connection into the store. Lives within one command.
class AppendReader {
 public:
  // `line`: the command's text up to its end or the first message's literal mark; `arguments`: at
  // what follows the mailbox name in it. The line outlives the reader's first read.
  AppendReader(Context& context, std::string_view line, Lexer arguments);

  // Answers with that, when all is read. The first refusal counts.
  void refuse(Reply reply);
  [[nodiscard]] const std::optional<Reply>& refusal() const { return refusal_; }

  // Reads to the end of the command. An error_code ends the session. Then either refusal() says
  // what was wrong, or messages are all that came.
  awaitable<IoResult<>> read(bool several);
  std::vector<mailstore::Mailstore::Incoming> messages;

 private:
  using Sink = std::function<Result<>(std::string_view)>;

  void read_options(mailstore::Mailstore::Append& how);
  awaitable<IoResult<>> read_message();
  awaitable<void> finish(mailstore::Mailstore::Append how, mailstore::Intake intake);
  awaitable<void> take_finished();
  awaitable<IoResult<>> read_parts(mailstore::Intake& intake);
  awaitable<IoResult<>> read_url(std::string& url);
  void copy_from(const std::string& url, mailstore::Intake& intake);
  awaitable<IoResult<>> read_literal(const Sink& sink, std::uint64_t most,
                                     std::string_view too_long);
  awaitable<IoResult<>> next_line();
  awaitable<IoResult<>> skip_rest();
  void take(mailstore::Intake& intake, std::string_view bytes);

  Context& context_;
  std::string_view line_;  // its literal, if it ends with one, is not read yet
  std::string own_line_;
  Lexer lexer_;
  std::optional<Reply> refusal_;
  std::uint64_t held_ = 0;  // bytes of bodies in memory
  struct Finishing {
    mailstore::Mailstore::Append how;
    Begun<mailstore::Intake::Finished> message;
  };
  std::deque<Finishing> finishing_;  // read, and in the pool; they come before what is read next
};

}  // namespace freehold::imap
