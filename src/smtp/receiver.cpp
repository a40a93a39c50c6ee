#include "smtp/receiver.hpp"

#include <utility>

#include "smtp/limits.hpp"

namespace freehold::smtp {

Receiver::Receiver(std::unique_ptr<Incoming> incoming, Limits limits)
    : incoming_(std::move(incoming)), limits_(limits) {}

void Receiver::text(std::string_view span) {
  size_ += span.size();
  if (refusal_) return;
  if (size_ > limits_.size) {
    refuse({552, {5, 3, 4}, "message larger than " + std::to_string(limits_.size) + " bytes"});
    return;
  }
  hops_.feed(span);
  if (hops_.hops() > kMaxReceivedFields) {
    refuse({554, {5, 4, 6}, "too many hops, a mail loop"});
  } else if (limits_.hold_header) {
    hold(span);
  } else {
    append(span);
  }
}

void Receiver::hold(std::string_view span) {
  const std::size_t searched = held_.size();
  held_ += span;
  if (header_size_) return;
  header_size_ = header_end(held_, searched);
  if (header_size_.value_or(held_.size()) > kMaxSubmissionHeader) {
    refuse({552, {5, 3, 4}, "header too large"});
  }
}

void Receiver::finish() {
  if (limits_.hold_header && !header_size_ && !refusal_) header_size_ = held_.size();
}

void Receiver::refuse(Reply reply) {
  if (refusal_) return;
  refusal_ = std::move(reply);
  incoming_.reset();
  header_size_.reset();
  held_ = {};
}

std::string_view Receiver::header() const {
  return std::string_view(held_).substr(0, header_size_.value_or(0));
}

void Receiver::pass_header(std::string_view completed) {
  const std::string held = std::exchange(held_, {});
  const std::size_t end = header_size_.value_or(0);
  header_size_.reset();
  limits_.hold_header = false;
  append(completed);
  append(std::string_view(held).substr(end));
}

void Receiver::append(std::string_view bytes) {
  if (refusal_ || bytes.empty()) return;
  std::optional<Reply> failure = incoming_->append(bytes);
  if (failure) refuse(std::move(*failure));
}

}  // namespace freehold::smtp
