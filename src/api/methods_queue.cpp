#include <boost/json/array.hpp>

#include "api/method.hpp"

namespace freehold::api {

namespace {

constexpr std::size_t kListed = 10'000;

json::object describe(const queue::MessageView& message) {
  json::array recipients;
  for (const auto& recipient : message.recipients) {
    recipients.push_back(json::object{
        {"address", recipient.address},
        {"attempts", recipient.attempts},
        {"next_attempt",
         to_millis(recipient.next_attempt) == 0 ? "" : rfc3339(recipient.next_attempt)},
        {"last_host", recipient.last_host},
        {"last_reply", recipient.last_reply},
        {"last_tls", recipient.last_tls}});
  }
  return {{"id", queue::text(message.id)},
          {"sender", message.sender},
          {"size", message.size},
          {"arrived_at", rfc3339(message.arrived_at)},
          {"expires_at", rfc3339(message.expires_at)},
          {"held", message.held},
          {"recipients", std::move(recipients)}};
}

Result<QueueId> id_of(const json::object& params) {
  const auto text = text_of(params, "id");
  if (const auto id = queue::parse_queue_id(text)) return *id;
  return problem(Problem::Kind::invalid, "'" + text + "' is no queue id", {},
                 "see `freehold queue list`");
}

awaitable<Answer> queue_list(const Services& services, json::object) {
  json::array all;
  for (const auto& message : services.queue.list(kListed)) all.push_back(describe(message));
  co_return json::value(std::move(all));
}

awaitable<Answer> queue_show(const Services& services, json::object params) {
  const auto id = id_of(params);
  if (!id) co_return id.error();
  const auto message = services.queue.show(*id);
  if (!message) {
    co_return problem(Problem::Kind::not_found,
                      "there is no message " + queue::text(*id) + " in the queue", {},
                      "it may be delivered already; see `freehold queue list`");
  }
  co_return json::value(describe(*message));
}

awaitable<Answer> act(const Services& services, json::object params, queue::Act what) {
  if (text_of(params, "id") == "all") {
    const auto count = co_await services.queue.act_on_all(what);
    if (!count) co_return count.error();
    co_return json::value(json::object{{"count", *count}});
  }
  const auto id = id_of(params);
  if (!id) co_return id.error();
  co_return done(co_await services.queue.act(what, *id));
}

awaitable<Answer> queue_retry(const Services& services, json::object params) {
  co_return co_await act(services, std::move(params), queue::Act::retry);
}
awaitable<Answer> queue_hold(const Services& services, json::object params) {
  co_return co_await act(services, std::move(params), queue::Act::hold);
}
awaitable<Answer> queue_release(const Services& services, json::object params) {
  co_return co_await act(services, std::move(params), queue::Act::release);
}
awaitable<Answer> queue_remove(const Services& services, json::object params) {
  co_return co_await act(services, std::move(params), queue::Act::remove);
}

constexpr NamedMethod kMethods[] = {
    {"queue.list", queue_list}, {"queue.show", queue_show},       {"queue.retry", queue_retry},
    {"queue.hold", queue_hold}, {"queue.release", queue_release}, {"queue.remove", queue_remove}};

}  // namespace

std::span<const NamedMethod> queue_methods() { return kMethods; }

}  // namespace freehold::api
