#include "http/server.hpp"

#include <array>
#include <cstdio>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "http/limits.hpp"
#include "http/request_parser.hpp"

namespace freehold::http {

namespace {

// RFC 9110, 5.6.7: IMF-fixdate.
std::string http_date(Time now) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now - day));
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
      kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

void count(const Response& response) {
  static metrics::Counter* const counters[] = {
      &metrics::counter("freehold_http_responses_total", "HTTP responses by class", "class=2xx"),
      &metrics::counter("freehold_http_responses_total", "HTTP responses by class", "class=3xx"),
      &metrics::counter("freehold_http_responses_total", "HTTP responses by class", "class=4xx"),
      &metrics::counter("freehold_http_responses_total", "HTTP responses by class", "class=5xx")};
  const auto first = response.status / 100;
  if (first >= 2 && first <= 5) counters[first - 2]->add();
}

// One connection.
class Connection {
 public:
  Connection(net::Stream& stream, net::Session& session, const Router& router, const Clock& clock)
      : stream_(stream), session_(session), router_(router), clock_(clock) {}

  awaitable<void> run() {
    session_.on_drain([&stream = stream_] { stream.interrupt(); });
    bool on = true;
    for (unsigned answered = 1; on && answered <= kMaxRequests; ++answered) {
      const auto state = co_await read();
      if (state == RequestParser::State::more) break;  // it has ended, or was too slow
      if (state == RequestParser::State::refused) {
        // What else the peer sends cannot be told apart any more.
        on = co_await send(plain_response(parser_.refusal()), true, false);
        break;
      }
      const Request request = parser_.take();
      const Response response = co_await router_.answer(request);
      const bool keep = request.keep_alive && answered < kMaxRequests && !session_.draining();
      log::debug("http.request", {{"session", session_.id()},
                                  {"method", request.method},
                                  {"host", request.host},
                                  {"path", request.path},
                                  {"status", static_cast<std::int64_t>(response.status)}});
      on = co_await send(response, request.method != "HEAD", keep);
    }
  }

 private:
  // The next request, whole; `more` when none comes.
  awaitable<RequestParser::State> read() {
    auto state = parser_.add({});
    if (state == RequestParser::State::more && parser_.idle()) {
      const auto woken = co_await stream_.wait_readable(net::after(kIdleWait));
      if (!woken || *woken == net::Wake::interrupted) co_return state;
    }
    const auto deadline = net::after(kRequestWait);
    while (state == RequestParser::State::more) {
      std::array<char, kReadSize> buffer;
      const auto size = co_await stream_.read_some(buffer, deadline);
      if (!size) break;
      state = parser_.add({buffer.data(), *size});
    }
    co_return state;
  }

  // Whether a next request may follow.
  awaitable<bool> send(const Response& response, bool with_body, bool keep_alive) {
    count(response);
    const std::string text = text_of(response, with_body, keep_alive, clock_.now());
    const IoResult<> written = co_await stream_.write(text, net::after(kWriteWait));
    co_return written&& keep_alive;
  }

  net::Stream& stream_;
  net::Session& session_;
  const Router& router_;
  const Clock& clock_;
  RequestParser parser_;
};

}  // namespace

std::string text_of(const Response& response, bool with_body, bool keep_alive, Time now) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     std::string(reason_of(response.status)) + "\r\nDate: " + http_date(now) +
                     "\r\nContent-Type: " + response.content_type +
                     "\r\nContent-Length: " + std::to_string(response.body.size()) +
                     "\r\nX-Content-Type-Options: nosniff\r\nConnection: " +
                     (keep_alive ? "keep-alive" : "close") + "\r\n";
  for (const auto& field : response.fields) text += field.name + ": " + field.value + "\r\n";
  text += "\r\n";
  if (with_body) text += response.body;
  return text;
}

awaitable<void> serve(net::Stream& stream, net::Session& session, const Router& router,
                      const Clock& clock) {
  Connection connection(stream, session, router, clock);
  co_await connection.run();
}

}  // namespace freehold::http
