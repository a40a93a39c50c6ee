#include "net/unbound_worker.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "base/bytes.hpp"
#include "net/descriptor.hpp"

namespace freehold::net {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kInternetClass = 1;
// Beyond this the resolver is not slow but stuck, or somebody makes us ask.
constexpr std::size_t kMostUnderWay = 10'000;
// Debian's dns-root-data.
constexpr const char* kRootAnchor = "/usr/share/dns/root.key";

struct FreeContext {
  void operator()(ub_ctx* ctx) const { ub_ctx_delete(ctx); }
};
using Context = std::unique_ptr<ub_ctx, FreeContext>;

Problem refused(int error, const std::string& what) {
  return problem(Problem::Kind::invalid,
                 "the DNS resolver refuses " + what + ": " + ub_strerror(error));
}

struct Option {
  const char* name;
  const char* value;
};

constexpr Option kAlways[] = {
    {"msg-cache-size:", "16m"}, {"rrset-cache-size:", "32m"}, {"edns-buffer-size:", "1232"},
    {"use-syslog:", "no"},      {"verbosity:", "0"},
};
// A forwarder of one's own may stand on this machine and know the names of one's own network, which
// unbound otherwise answers by itself (RFC 6303, RFC 6761).
constexpr Option kWithForwarders[] = {
    {"do-not-query-localhost:", "no"},
    {"unblock-lan-zones:", "yes"},
    {"insecure-lan-zones:", "yes"},
};

Result<> set_options(ub_ctx* ctx, std::span<const Option> options) {
  for (const Option& option : options) {
    const int error = ub_ctx_set_option(ctx, option.name, option.value);
    if (error != 0) return refused(error, option.name);
  }
  return {};
}

Result<> add_trust_anchor(ub_ctx* ctx, const ResolverSettings& settings) {
  std::string file = settings.trust_anchor_file;
  if (file.empty()) {
    if (!settings.forwarders.empty() || !std::filesystem::exists(kRootAnchor)) return {};
    file = kRootAnchor;
  }
  if (access(file.c_str(), R_OK) != 0) {
    return problem(Problem::Kind::invalid, "the DNSSEC trust anchor cannot be read", file);
  }
  const int error = ub_ctx_add_ta_file(ctx, file.c_str());
  if (error != 0) return refused(error, file);
  return {};
}

Result<Context> make_context(const ResolverSettings& settings) {
  Context ctx(ub_ctx_create());
  if (!ctx) return problem(Problem::Kind::unavailable, "the DNS resolver cannot be started");
  const Result<> always = set_options(ctx.get(), kAlways);
  if (!always) return always.error();
  if (!settings.forwarders.empty()) {
    const Result<> forwarding = set_options(ctx.get(), kWithForwarders);
    if (!forwarding) return forwarding.error();
  }
  for (const Endpoint& forwarder : settings.forwarders) {
    const std::string address = forwarder.address.text() + "@" + std::to_string(forwarder.port);
    const int error = ub_ctx_set_fwd(ctx.get(), address.c_str());
    if (error != 0) return refused(error, address);
  }
  const Result<> anchored = add_trust_anchor(ctx.get(), settings);
  if (!anchored) return anchored.error();
  // In a thread: otherwise libunbound would work in a fork of this whole process.
  const int threaded = ub_ctx_async(ctx.get(), 1);
  if (threaded != 0) return refused(threaded, "to work in a thread");
  // Last, since no option may follow it.
  if (!settings.forwarders.empty()) ub_ctx_zone_add(ctx.get(), "test.", "transparent");
  return ctx;
}

std::string normal_name(const char* name) {
  std::string text = to_lower(name);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

DnsStatus status_of(const ub_result& result) {
  constexpr int kNoError = 0;
  if (result.bogus) return DnsStatus::bogus;
  if (result.havedata) return DnsStatus::found;
  if (result.nxdomain) return DnsStatus::no_such_domain;
  return result.rcode == kNoError ? DnsStatus::no_data : DnsStatus::failed;
}

std::string rcode_text(int rcode) {
  switch (rcode) {
    case 1:
      return "the server found the question malformed (FORMERR)";
    case 2:
      return "no server gave an answer (SERVFAIL)";
    case 4:
      return "the server does not know the kind of question (NOTIMP)";
    case 5:
      return "the server refused to answer (REFUSED)";
    default:
      return "response code " + std::to_string(rcode);
  }
}

RawAnswer make_answer(const ub_result& result) {
  RawAnswer answer;
  answer.status = status_of(result);
  answer.secure = result.secure != 0;
  answer.time_to_live = std::chrono::seconds(result.ttl);
  answer.canonical_name = normal_name(result.canonname ? result.canonname : result.qname);
  if (answer.status == DnsStatus::bogus) {
    answer.error = result.why_bogus ? result.why_bogus : "DNSSEC validation failed";
  } else if (answer.status == DnsStatus::failed) {
    answer.error = rcode_text(result.rcode);
  } else if (answer.status == DnsStatus::found) {
    for (std::size_t i = 0; result.data[i] != nullptr; ++i) {
      if (result.len[i] < 0) continue;
      answer.records.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
    }
  }
  return answer;
}

RawAnswer failure(std::string why) {
  RawAnswer answer;
  answer.error = std::move(why);
  return answer;
}

void reply(Question& question, RawAnswer answer) {
  if (answer.canonical_name.empty()) answer.canonical_name = to_lower(question.name);
  *question.answer = std::move(answer);
  question.resume();
}

}  // namespace

struct UnboundWorker::State {
  const std::chrono::milliseconds timeout;
  Context ctx;
  Descriptor alarm{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};

  std::mutex mutex;  // guards the three below
  std::deque<Question> queue;
  bool failing = false;
  bool stopping = false;

  // The thread's own.
  struct UnderWay {
    Question question;
    Clock::time_point deadline;
  };
  // What libunbound gives back with an answer; kept here until then, even when the question has
  // timed out.
  struct Asked {
    State* state;
    std::uint64_t number;
  };
  std::map<std::uint64_t, UnderWay>
      under_way;  // in order of their deadlines, since the timeout is one
  std::map<std::uint64_t, Asked> asked;
  std::uint64_t next = 0;

  std::thread thread;

  State(const ResolverSettings& settings, Context context)
      : timeout(settings.timeout), ctx(std::move(context)) {}

  void wake() const {
    const std::uint64_t one = 1;
    static_cast<void>(write(alarm.get(), &one, sizeof one));
  }

  static void answered(void* data, int error, ub_result* result) {
    const auto [state, number] = *static_cast<const Asked*>(data);
    state->asked.erase(number);
    state->finish(number, error != 0 ? failure(ub_strerror(error)) : make_answer(*result));
    if (result != nullptr) ub_resolve_free(result);
  }

  void finish(std::uint64_t number, RawAnswer answer) {
    auto found = under_way.extract(number);
    if (!found.empty()) reply(found.mapped().question, std::move(answer));
  }

  void begin(Question question) {
    if (asked.size() >= kMostUnderWay) {
      reply(question, failure("too many questions are under way"));
      return;
    }
    const std::uint64_t number = next++;
    Asked& ticket = asked.emplace(number, Asked{this, number}).first->second;
    const std::string name = question.name + ".";
    const std::uint16_t type = question.type;
    under_way.emplace(number, UnderWay{std::move(question), Clock::now() + timeout});
    int unused_id = 0;
    const int error = ub_resolve_async(ctx.get(), name.c_str(), type, kInternetClass, &ticket,
                                       &State::answered, &unused_id);
    if (error != 0) {
      asked.erase(number);
      finish(number, failure(ub_strerror(error)));
    }
  }

  // libunbound goes on: its late answer still fills its cache.
  void expire(Clock::time_point now, const char* why) {
    while (!under_way.empty() && under_way.begin()->second.deadline <= now) {
      finish(under_way.begin()->first, failure(why));
    }
  }

  [[nodiscard]] int poll_time() const {
    if (under_way.empty()) return -1;
    const auto left = under_way.begin()->second.deadline - Clock::now();
    const auto millis = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return static_cast<int>(std::clamp<long long>(millis, 0, 60'000));
  }

  // Whether to go on.
  bool take_queue() {
    std::uint64_t ignored = 0;
    static_cast<void>(read(alarm.get(), &ignored, sizeof ignored));
    std::deque<Question> fresh;
    bool fail = false;
    {
      const std::lock_guard lock(mutex);
      if (stopping) return false;
      fresh.swap(queue);
      fail = failing;
    }
    constexpr const char* kStopping = "the server is stopping";
    if (fail) expire(Clock::time_point::max(), kStopping);
    for (Question& question : fresh) {
      if (fail) {
        reply(question, failure(kStopping));
      } else {
        begin(std::move(question));
      }
    }
    return true;
  }

  void run() {
    pollfd watched[2] = {{alarm.get(), POLLIN, 0}, {ub_fd(ctx.get()), POLLIN, 0}};
    while (take_queue()) {
      poll(watched, 2, poll_time());
      ub_process(ctx.get());
      expire(Clock::now(), "timed out");
    }
    ctx.reset();
  }
};

UnboundWorker::UnboundWorker(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->thread = std::thread([s = state_.get()] { s->run(); });
}

UnboundWorker::~UnboundWorker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake();
  state_->thread.join();
}

Result<std::unique_ptr<UnboundWorker>> UnboundWorker::make(const ResolverSettings& settings) {
  Result<Context> context = make_context(settings);
  if (!context) return context.error();
  auto state = std::make_unique<State>(settings, std::move(*context));
  if (!state->alarm) return problem(Problem::Kind::unavailable, "no descriptor for the resolver");
  return std::unique_ptr<UnboundWorker>(new UnboundWorker(std::move(state)));
}

void UnboundWorker::fail_all() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->failing = true;
  }
  state_->wake();
}

void UnboundWorker::ask(Question question) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(question));
  }
  state_->wake();
}

}  // namespace freehold::net
