#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/testing/run.hpp"
#include "mailstore/check.hpp"
#include "mailstore/mailstore.hpp"
#include "store/testing/temporary_store.hpp"

namespace freehold::mailstore::testing {

// A mailstore over a store of its own, with the default mailboxes of account 1.
class AccountHouse {
 public:
  store::testing::TemporaryStore store;
  Pool pool{1};
  ManualClock clock{from_millis(1'700'000'000'000)};  // Tue, 14 Nov 2023 22:13:20
  Mailstore mailstore{store.engine(), pool, clock};
  const AccountId anna{1};

  AccountHouse() { EXPECT_TRUE(run(mailstore.create_default_mailboxes(anna))); }

  template <class T>
  static T run(awaitable<T> task) {
    return freehold::testing::run(std::move(task));
  }

  [[nodiscard]] std::shared_ptr<const Message> message(std::string text) {
    return run(take(std::move(text)));
  }
  [[nodiscard]] MailboxId box(const std::string& path) const {
    const auto info = mailstore.mailbox(anna, path);
    EXPECT_TRUE(info) << path;
    return info ? info->id : MailboxId();
  }
  [[nodiscard]] MailboxInfo info(const std::string& path) const {
    return mailstore.mailbox(anna, path).value_or(MailboxInfo());
  }
  Mailstore::Appended append(const std::string& path, std::string text, Flags flags = {}) {
    Mailstore::Append how;
    how.mailbox = box(path);
    how.flags = std::move(flags);
    const auto done = run(mailstore.append(anna, message(std::move(text)), std::move(how)));
    EXPECT_TRUE(done) << done.error().text();
    return done ? *done : Mailstore::Appended();
  }
  [[nodiscard]] std::vector<IndexedMessage> index(const std::string& path) const {
    return mailstore.snapshot(anna, box(path))->all();
  }
  [[nodiscard]] std::vector<Uid> uids(const std::string& path) const {
    std::vector<Uid> uids;
    for (const auto& message : index(path)) uids.push_back(message.uid);
    return uids;
  }
  // All that was expunged goes for good; how many records of it there were.
  std::size_t purge() {
    const auto done = run(mailstore.purge_expunged(anna, Time::max(), 1'000));
    EXPECT_TRUE(done);
    return done ? *done : 0;
  }
  // What a check says, one finding a line; empty: the store is sound.
  [[nodiscard]] std::string findings(bool repair = false) {
    std::string all;
    for (const auto& finding : check(store.engine(), repair).findings) all += finding + "\n";
    return all;
  }

 private:
  awaitable<std::shared_ptr<const Message>> take(std::string text) {
    Intake intake(store.engine());
    EXPECT_TRUE(intake.append(text));
    auto made = co_await intake.finish(pool);
    EXPECT_TRUE(made);
    co_return made ? *made : nullptr;
  }
};

// A small message with a subject, and whatever fields a test adds (each with its CRLF).
[[nodiscard]] inline std::string mail(const std::string& subject, const std::string& fields = {}) {
  return "From: Bert <bert@away.example>\r\nTo: anna@example.org\r\nSubject: " + subject + "\r\n" +
         fields + "\r\nHello, " + subject + "\r\n";
}

}  // namespace freehold::mailstore::testing
