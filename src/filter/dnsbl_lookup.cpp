#include "filter/dnsbl_lookup.hpp"

#include <arpa/nameser.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>

#include "base/log.hpp"
#include "filter/limits.hpp"
#include "trust/public_suffix.hpp"

namespace freehold::filter {

namespace asio = boost::asio;
using Answer = net::DnsAnswer<std::string>;

namespace {

awaitable<Answer> ask(net::Resolver& resolver, std::string name) {
  co_return co_await resolver.records(std::move(name), ns_t_a);
}

std::vector<std::string> registrable(const std::vector<std::string>& domains) {
  std::vector<std::string> out;
  for (const std::string& domain : domains) {
    std::string name = trust::registrable_domain(domain);
    if (name.find('.') == std::string::npos || std::ranges::find(out, name) != out.end()) continue;
    if (out.size() == kMaxListDomains) break;
    out.push_back(std::move(name));
  }
  return out;
}

}  // namespace

bool ListState::usable(Time now) const {
  if (trust != Trust::trusted || now >= tested_at + kListTestAge) return false;
  return !paused_until || now >= *paused_until;
}

// Shared by one look_up() and the questions it has spawned, which may outlive it.
struct Lists::Asking {
  explicit Asking(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  std::size_t open = 0;
  std::vector<Answer> answers;
};

Lists::Lists(net::Resolver& resolver, const Clock& clock, std::vector<ListSpec> lists)
    : resolver_(resolver), clock_(clock), specs_(std::move(lists)), states_(specs_.size()) {}

std::vector<ListState> Lists::states() const {
  const std::lock_guard lock(mutex_);
  return states_;
}

std::vector<Lists::Question> Lists::plan(const std::optional<net::IpAddress>& ip,
                                         const std::vector<std::string>& domains) const {
  const Time now = clock_.now();
  const std::vector<ListState> states = this->states();
  std::vector<Question> questions;
  const auto add = [&](std::size_t list, std::string subject, std::string name) {
    if (name.empty() || questions.size() == kMaxListQuestions) return;
    questions.push_back({list, std::move(subject), std::move(name)});
  };
  const std::vector<std::string> names = registrable(domains);
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (!states[i].usable(now)) continue;
    if (ip && specs_[i].of == ListSpec::Of::addresses) {
      add(i, ip->text(), list_question(specs_[i], *ip));
    }
    if (specs_[i].of != ListSpec::Of::domains) continue;
    for (const std::string& name : names) add(i, name, list_question(specs_[i], name));
  }
  return questions;
}

awaitable<std::vector<ListFinding>> Lists::look_up(std::optional<net::IpAddress> ip,
                                                   std::vector<std::string> domains,
                                                   std::chrono::milliseconds limit) {
  const std::vector<Question> questions = plan(ip, domains);
  const auto executor = co_await asio::this_coro::executor;
  const auto asking = std::make_shared<Asking>(executor);
  asking->open = questions.size();
  asking->answers.resize(questions.size());
  for (Answer& answer : asking->answers) answer.error = "no answer in time";
  for (std::size_t i = 0; i < questions.size(); ++i) {
    asio::co_spawn(executor, ask(resolver_, questions[i].name),
                   [asking, i](const std::exception_ptr& failed, Answer answer) {
                     if (failed) {
                       log::warning("dnsbl_question_failed");
                     } else {
                       asking->answers[i] = std::move(answer);
                     }
                     if (--asking->open == 0) asking->timer.cancel();
                   });
  }
  asking->timer.expires_after(limit);
  if (asking->open > 0) {
    error_code ignored;
    co_await asking->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  std::vector<ListFinding> findings;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& question = questions[i];
    findings.push_back(
        read_list_answer(specs_[question.list], question.subject, asking->answers[i]));
    if (findings.back().outcome == ListOutcome::refused) {
      pause(question.list, findings.back().detail);
    }
  }
  co_return findings;
}

void Lists::pause(std::size_t list, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  states_[list].paused_until = clock_.now() + kListPause;
  states_[list].reason = reason;
}

awaitable<ListState> Lists::test(const ListSpec& list) {
  const bool addresses = list.of == ListSpec::Of::addresses;
  const std::string there = addresses ? list_question(list, net::IpAddress::v4({127, 0, 0, 2}))
                                      : list_question(list, list.test_name);
  const std::string absent = addresses ? list_question(list, net::IpAddress::v4({127, 0, 0, 1}))
                                       : list_question(list, std::string_view("invalid"));
  ListState state;
  state.tested_at = clock_.now();
  state.trust = ListState::Trust::failed;
  const Answer entry = co_await resolver_.records(there, ns_t_a);
  const Answer none = co_await resolver_.records(absent, ns_t_a);
  const ListFinding listed = read_list_answer(list, "its test entry", entry);
  const ListFinding clean = read_list_answer(list, "its empty entry", none);
  const auto unanswered = [](const Answer& a) {
    return a.status == net::DnsStatus::failed || a.status == net::DnsStatus::bogus;
  };
  if (listed.outcome == ListOutcome::refused) {
    state.reason = listed.detail;
  } else if (unanswered(entry) || unanswered(none)) {
    state.trust = ListState::Trust::untested;
    state.reason = "the DNS does not answer: " + entry.error + none.error;
  } else if (entry.status != net::DnsStatus::found) {
    state.reason = "its test entry is not listed: the list is dead";
  } else if (clean.outcome != ListOutcome::clean) {
    state.reason = "what must not be listed is: the list lists everything";
  } else {
    state.trust = ListState::Trust::trusted;
  }
  co_return state;
}

awaitable<void> Lists::test_lists() {
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    ListState state = co_await test(specs_[i]);
    const std::lock_guard lock(mutex_);
    // An earlier pass stays good for its time when the DNS is away now.
    if (state.trust == ListState::Trust::untested) {
      states_[i].reason = std::move(state.reason);
    } else {
      states_[i] = std::move(state);
    }
  }
}

}  // namespace freehold::filter
