#include <arpa/nameser.h>

#include "net/answer_cache.hpp"
#include "net/dns_rdata.hpp"
#include "net/unbound_worker.hpp"

namespace freehold::net {

namespace {

// Reads each record; a malformed one makes the whole answer a failure, since nobody can tell what
// was meant.
template <class T, class Parse>
DnsAnswer<T> read_answer(RawAnswer raw, Parse parse) {
  DnsAnswer<T> answer{
      raw.status, raw.secure, std::move(raw.canonical_name), std::move(raw.error), {}};
  for (const std::string& rdata : raw.records) {
    std::optional<T> record = parse(rdata);
    if (!record) {
      answer.status = DnsStatus::failed;
      answer.error = "malformed record";
      answer.records.clear();
      return answer;
    }
    answer.records.push_back(std::move(*record));
  }
  return answer;
}

// Nobody can have a name that is none.
RawAnswer no_such_name(const std::string& name) {
  RawAnswer answer;
  answer.status = DnsStatus::no_such_domain;
  answer.canonical_name = name;
  answer.error = "not a DNS name";
  return answer;
}

bool is_definite(const RawAnswer& raw) {
  return raw.status != DnsStatus::failed && raw.status != DnsStatus::bogus;
}

// One answer out of those to A and AAAA. One kind's addresses do, whatever became of the other;
// without any, a failure counts more than "there is none".
RawAnswer merge(RawAnswer a, RawAnswer b) {
  const bool secure = a.secure && b.secure;
  if (a.status != DnsStatus::found && (b.status == DnsStatus::found || !is_definite(b)))
    std::swap(a, b);
  if (a.status == DnsStatus::found && b.status == DnsStatus::found) {
    a.records.insert(a.records.end(), b.records.begin(), b.records.end());
  }
  a.secure = secure;
  return a;
}

constexpr std::size_t kCachedAnswers = 20'000;  // some 10 MB

class UnboundResolver final : public Resolver {
 public:
  explicit UnboundResolver(std::unique_ptr<UnboundWorker> worker) : worker_(std::move(worker)) {}

  awaitable<DnsAnswer<MxRecord>> mx(std::string name) override {
    RawAnswer raw = co_await ask(std::move(name), ns_t_mx);
    co_return read_answer<MxRecord>(std::move(raw), parse_mx);
  }

  awaitable<DnsAnswer<IpAddress>> addresses(std::string name) override {
    RawAnswer raw = co_await ask_both(std::move(name));
    co_return read_answer<IpAddress>(std::move(raw), parse_address);
  }

  awaitable<DnsAnswer<std::string>> txt(std::string name) override {
    RawAnswer raw = co_await ask(std::move(name), ns_t_txt);
    co_return read_answer<std::string>(std::move(raw), parse_txt);
  }

  awaitable<DnsAnswer<std::string>> ptr(IpAddress address) override {
    RawAnswer raw = co_await ask(reverse_name(address), ns_t_ptr);
    co_return read_answer<std::string>(std::move(raw), parse_dns_name);
  }

  awaitable<DnsAnswer<std::string>> records(std::string name, std::uint16_t type) override {
    RawAnswer raw = co_await ask(std::move(name), type);
    co_return read_answer<std::string>(
        std::move(raw), [](const std::string& rdata) { return std::optional(rdata); });
  }

  void stop() override { worker_->fail_all(); }

 private:
  awaitable<RawAnswer> ask(std::string name, std::uint16_t type) {
    if (name.ends_with('.')) name.pop_back();
    if (!is_dns_name(name)) co_return no_such_name(name);
    if (auto known = cache_.find(name, type, now())) co_return std::move(*known);
    RawAnswer answer;
    co_await suspend(
        [&](Resume resume) { worker_->ask({name, type, &answer, std::move(resume)}); });
    cache_.keep(name, type, answer, now());
    co_return answer;
  }

  awaitable<RawAnswer> ask_both(std::string name) {
    if (name.ends_with('.')) name.pop_back();
    if (!is_dns_name(name)) co_return no_such_name(name);
    auto known_v4 = cache_.find(name, ns_t_a, now());
    auto known_v6 = cache_.find(name, ns_t_aaaa, now());
    if (known_v4 && known_v6) co_return merge(std::move(*known_v4), std::move(*known_v6));
    RawAnswer v4;
    RawAnswer v6;
    co_await suspend([&](Resume resume) {
      // Shared by the two questions; the second to be answered wakes the coroutine.
      const auto last = std::make_shared<Resume>(std::move(resume));
      const auto left = std::make_shared<int>(2);  // touched in the worker's thread only
      const auto one_answered = [last, left] {
        if (--*left == 0) (*last)();
      };
      worker_->ask({name, ns_t_a, &v4, one_answered});
      worker_->ask({name, ns_t_aaaa, &v6, one_answered});
    });
    cache_.keep(name, ns_t_a, v4, now());
    cache_.keep(name, ns_t_aaaa, v6, now());
    co_return merge(std::move(v4), std::move(v6));
  }

  static AnswerCache::Moment now() { return std::chrono::steady_clock::now(); }

  AnswerCache cache_{kCachedAnswers};
  std::unique_ptr<UnboundWorker> worker_;
};

}  // namespace

Result<std::unique_ptr<Resolver>> make_resolver(const ResolverSettings& settings) {
  Result<std::unique_ptr<UnboundWorker>> worker = UnboundWorker::make(settings);
  if (!worker) return worker.error();
  return std::unique_ptr<Resolver>(std::make_unique<UnboundResolver>(std::move(*worker)));
}

}  // namespace freehold::net
