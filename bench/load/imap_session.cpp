#include "imap_session.hpp"

#include <stdexcept>

namespace freehold::bench {

awaitable<ImapSession> ImapSession::open(const ImapAccounts& accounts, std::size_t number) {
  ImapSession session;
  session.connection_ = co_await connect(accounts.target);
  co_await session.connection_->line();  // the greeting
  const auto& user = accounts.users[number % accounts.users.size()];
  co_await session.command("LOGIN " + user + " " + accounts.password);
  co_await session.command("CAPABILITY");
  co_return session;
}

std::string ImapSession::tag() {
  tag_ = "a" + std::to_string(++commands_);
  return tag_ + " ";
}

awaitable<> ImapSession::wait_for_ok() {
  for (;;) {
    const auto line = co_await connection_->line();
    if (line.starts_with("* ")) {
      literal_plus_ = literal_plus_ || line.find(" LITERAL+") != std::string_view::npos;
      continue;
    }
    if (line.starts_with(tag_ + " OK")) co_return;
    throw std::runtime_error("unexpected answer: " + std::string(line));
  }
}

awaitable<> ImapSession::command(std::string_view text) {
  const auto line = tag() + std::string(text) + "\r\n";
  co_await connection_->write(line);
  co_await wait_for_ok();
}

awaitable<> ImapSession::idle() {
  const auto line = tag() + "IDLE\r\n";
  co_await connection_->write(line);
  co_await connection_->line();
}

awaitable<> ImapSession::append(std::string_view mailbox,
                                const std::vector<std::string>& messages) {
  auto bytes = tag() + "APPEND " + std::string(mailbox);
  for (const auto& message : messages) {
    bytes += " {" + std::to_string(message.size()) + (literal_plus_ ? "+}\r\n" : "}\r\n");
    if (!literal_plus_) {
      co_await connection_->write(bytes);
      bytes.clear();
      const auto line = co_await connection_->line();
      if (!line.starts_with("+")) throw std::runtime_error("no continuation: " + std::string(line));
    }
    bytes += message;
  }
  bytes += "\r\n";
  co_await connection_->write(bytes);
  co_await wait_for_ok();
}

}  // namespace freehold::bench
