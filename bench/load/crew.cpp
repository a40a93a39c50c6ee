#include "crew.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

namespace freehold::bench {

namespace {

std::string reason(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

}  // namespace

Crew::Crew(std::chrono::seconds limit, Outcome& outcome)
    : end_(std::chrono::steady_clock::now() + limit),
      outcome_(outcome),
      io_(std::make_unique<boost::asio::io_context>(1)) {}

Crew::~Crew() = default;

bool Crew::run(std::size_t count, const std::function<awaitable<>(std::size_t)>& work) {
  running_ = count;
  for (std::size_t i = 0; i < count; ++i) {
    boost::asio::co_spawn(*io_, work(i), [this](const std::exception_ptr& error) {
      --running_;
      if (error) outcome_.failed(reason(error));
    });
  }
  io_->restart();
  io_->run_until(end_);
  for (std::size_t i = 0; i < running_; ++i) outcome_.failed("the time is up");
  return outcome_.clean();
}

}  // namespace freehold::bench
