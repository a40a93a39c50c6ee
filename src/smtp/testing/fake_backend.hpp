#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "smtp/backend.hpp"

namespace freehold::smtp::testing {

struct FakeMessage {
  std::string from;
  std::vector<std::string> to;
  std::string text;
  MailParameters parameters;
};

// Lets anna in, by "secret" or by a proof.
class Door final : public guard::LoginDoor {
 public:
  explicit Door(int& failures) : failures_(failures) {}

  awaitable<std::optional<directory::AccountInfo>> password(
      directory::SaslIdentity identity) override {
    co_return outcome(identity.authcid == "anna" && identity.password == "secret");
  }
  awaitable<directory::ScramKeys> scram_keys(std::string name) override {
    if (name == "anna") co_return directory::make_scram_keys("secret", "salty");
    co_return directory::invent_scram_keys("house", name);
  }
  awaitable<std::optional<directory::AccountInfo>> scram_outcome(directory::SaslIdentity,
                                                                 bool proved) override {
    co_return outcome(proved);
  }

 private:
  std::optional<directory::AccountInfo> outcome(bool right) {
    if (!right) {
      ++failures_;
      return std::nullopt;
    }
    directory::AccountInfo account;
    account.id = AccountId(1);
    account.name = "anna";
    return account;
  }

  int& failures_;
};

// A house with mailboxes at here.example, the account anna (password "secret"), and as much bad
// luck as a test gives it.
class FakeBackend final : public Backend {
 public:
  std::vector<FakeMessage> messages;  // committed
  bool low = false;
  std::size_t fail_append_after = std::string::npos;
  std::vector<Reply> outcome{{250, {2, 0, 0}, "kept"}};
  int begun = 0;
  int failed_logins = 0;
  std::vector<std::string> authors;
  std::chrono::milliseconds pause{0};
  bool trusting = false;
  std::vector<Misdeed> misdeeds;
  int good_deeds = 0;

  bool disk_low() const override { return low; }
  std::chrono::milliseconds greeting_pause(const Peer&) const override { return pause; }
  bool trusts(const Peer&) const override { return trusting; }
  void misdeed(const Peer&, Misdeed what) override { misdeeds.push_back(what); }
  void good_deed(const Peer&) override { ++good_deeds; }

  std::unique_ptr<guard::LoginDoor> door(const Peer&) override {
    return std::make_unique<Door>(failed_logins);
  }

  awaitable<Reply> sender(const Peer&, const Mail& mail) override {
    if (mail.reverse_path.local_part == "spammer") co_return Reply(550, {5, 7, 1}, "no, thanks");
    co_return Reply(250, {2, 1, 0}, "sender fine");
  }

  awaitable<RecipientVerdict> recipient(const Transaction&, const Rcpt& rcpt) override {
    RecipientVerdict out;
    if (rcpt.forward_path.local_part == "nobody") {
      out.reply = {550, {5, 1, 1}, "no such user"};
    } else if (rcpt.forward_path.local_part == "later") {
      out.reply = {451, {4, 2, 1}, "later"};
    } else {
      out.reply = {250, {2, 1, 5}, "recipient fine"};
      out.target = std::make_unique<Target>();
    }
    co_return out;
  }

  awaitable<Reply> author(const Transaction&, const std::string& from) override {
    authors.push_back(from);
    if (from.find("anna@here.example") == from.npos)
      co_return Reply(550, {5, 7, 1}, "not your address");
    co_return Reply(250, {2, 0, 0}, "yours");
  }

  awaitable<std::expected<std::unique_ptr<Incoming>, Reply>> begin(Transaction& transaction,
                                                                   std::string trace) override {
    ++begun;
    co_return std::make_unique<FakeIncoming>(*this, transaction, std::move(trace));
  }

  class FakeIncoming final : public Incoming {
   public:
    FakeIncoming(FakeBackend& house, Transaction& transaction, std::string trace)
        : house_(house), transaction_(transaction), text_(std::move(trace)) {}

    std::optional<Reply> append(std::string_view bytes) override {
      text_ += bytes;
      if (text_.size() > house_.fail_append_after) return Reply(451, {4, 3, 0}, "disk trouble");
      return std::nullopt;
    }

    awaitable<std::vector<Reply>> commit() override {
      FakeMessage message{
          transaction_.mail.reverse_path.text(), {}, text_, transaction_.mail.parameters};
      for (const Recipient& r : transaction_.recipients) message.to.push_back(r.path.text());
      house_.messages.push_back(std::move(message));
      co_return house_.outcome;
    }

   private:
    FakeBackend& house_;
    Transaction& transaction_;
    std::string text_;
  };
};

}  // namespace freehold::smtp::testing
