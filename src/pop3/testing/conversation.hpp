#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/testing/run.hpp"
#include "directory/testing/house.hpp"
#include "mailstore/check.hpp"
#include "pop3/session.hpp"

namespace freehold::pop3::testing {

// A net::Session whose draining begins when the test says so.
class FakeSession final : public net::Session {
 public:
  std::string_view id() const override { return "test"; }
  bool draining() const override { return draining_; }
  void on_drain(std::function<void()> hook) override {
    hook_ = std::move(hook);
    if (draining_ && hook_) hook_();
  }
  void drain() {
    draining_ = true;
    if (hook_) hook_();
  }

 private:
  bool draining_ = false;
  std::function<void()> hook_;
};

// A server over memory and a real store, with the account anna@here.example ("correct horse"), and
// a script that talks to it. Lines of a script: "C: text" is sent with CRLF, "C& text" together
// with the next; a line from the server has to begin as "S: text" says, and to be "S= text"; "E:"
// is its end; "!deliver" puts a message into the inbox from elsewhere, "!expunge" removes all of
// it, "!drain" stops the server.
class Conversation {
 public:
  Conversation() {
    house.add_domain("here.example");
    anna = house.add_account("anna@here.example");
    EXPECT_TRUE(house.run(mailstore.create_default_mailboxes(anna)));
  }

  directory::testing::House house;
  mailstore::Mailstore mailstore{house.store.engine(), house.pool, house.clock};
  AccountId anna;
  guard::Bans bans{house.store.engine(), {}, house.clock};
  guard::LoginGuard logins{house.directory, bans, house.clock};
  ServerSettings settings{"pop.here.example", nullptr, true};

  static std::string mail(const std::string& subject) {
    return "From: Bert <bert@away.example>\r\nSubject: " + subject + "\r\n\r\nHello " + subject +
           "\r\n";
  }
  void deliver(std::string text, std::string prefix = {}) {
    house.run(put(std::move(text), std::move(prefix)));
  }
  [[nodiscard]] std::vector<Uid> uids() const {
    std::vector<Uid> all;
    for (const auto& message :
         mailstore.snapshot(anna, mailstore.mailbox(anna, "INBOX")->id)->all()) {
      all.push_back(message.uid);
    }
    return all;
  }

  // Line by line; fails the test where the server says something else. Behind it the store is
  // sound.
  void hold(std::string_view script) {
    auto [mine, theirs] = net::memory_streams();
    server_ = std::move(mine);
    client_ = std::move(theirs);
    heard_.clear();
    auto loop = freehold::testing::Loops::instance().take();
    boost::asio::co_spawn(*loop, serve_once(), rethrow);
    boost::asio::co_spawn(*loop, play(script), rethrow);
    loop->run();
    freehold::testing::Loops::instance().put(std::move(loop));
    EXPECT_TRUE(mailstore::check(house.store.engine(), false).clean());
  }
  // The same behind a greeting and a login.
  void hold_logged_in(const std::string& script) {
    hold("S: +OK\nC: USER anna@here.example\nS: +OK\nC: PASS correct horse\nS: +OK logged in\n" +
         script);
  }

 private:
  static net::Deadline soon() { return net::after(std::chrono::seconds(20)); }
  static void rethrow(std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  }

  awaitable<bool> put(std::string text, std::string prefix) {
    mailstore::Intake intake(house.store.engine());
    EXPECT_TRUE(intake.append(text));
    auto message = co_await intake.finish(house.pool);
    mailstore::Mailstore::Append how;
    how.prefix = std::move(prefix);
    const auto done = co_await mailstore.append(anna, *message, how);
    EXPECT_TRUE(done);
    co_return done.has_value();
  }

  awaitable<void> expunge() {
    const auto inbox = mailstore.mailbox(anna, "INBOX")->id;
    const auto done = co_await mailstore.remove(anna, inbox, uids());
    EXPECT_TRUE(done);
  }

  awaitable<void> serve_once() {
    const House served{mailstore, logins, settings};
    co_await serve(*server_, session_, served);
    server_->close();
  }

  awaitable<void> play(std::string_view script) {
    std::string together;
    while (!script.empty() && !::testing::Test::HasFailure()) {
      const std::string line(script.substr(0, script.find('\n')));
      script.remove_prefix(std::min(script.size(), line.size() + 1));
      if (line.starts_with("C& ")) {
        together += line.substr(3) + "\r\n";
      } else if (line.starts_with("C: ")) {
        (void)co_await client_->write(std::exchange(together, {}) + line.substr(3) + "\r\n",
                                      soon());
      } else if (line.starts_with("S: ")) {
        co_await expect(line.substr(3), false);
      } else if (line.starts_with("S= ")) {
        co_await expect(line.substr(3), true);
      } else if (line == "E:") {
        co_await expect_end();
      } else if (line == "!deliver") {
        (void)co_await put(mail("news"), {});
      } else if (line == "!expunge") {
        co_await expunge();
      } else if (line == "!drain") {
        session_.drain();
      }
    }
    client_->close();
  }

  awaitable<void> expect(std::string wanted, bool whole) {
    while (heard_.find("\r\n") == std::string::npos) {
      char buffer[4096];
      const IoResult<std::size_t> count = co_await client_->read_some(buffer, soon());
      if (!count) {
        ADD_FAILURE() << "the server has ended before: " << wanted;
        co_return;
      }
      heard_.append(buffer, *count);
    }
    const auto line = heard_.substr(0, heard_.find("\r\n"));
    EXPECT_TRUE(whole ? line == wanted : line.starts_with(wanted))
        << wanted << " wanted, heard: " << line;
    heard_.erase(0, line.size() + 2);
  }

  awaitable<void> expect_end() {
    char buffer[4096];
    const IoResult<std::size_t> count = co_await client_->read_some(buffer, soon());
    EXPECT_FALSE(count) << std::string(buffer, *count);
    EXPECT_EQ(heard_, "");
  }

  FakeSession session_;
  std::unique_ptr<net::Stream> server_;
  std::unique_ptr<net::Stream> client_;
  std::string heard_;
};

}  // namespace freehold::pop3::testing
