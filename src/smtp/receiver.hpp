#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "smtp/backend.hpp"
#include "smtp/data_reader.hpp"
#include "smtp/submission_header.hpp"

namespace freehold::smtp {

// One message's text on its way to the backend: counts its size and hops, and holds a submission's
// header until it is checked. Once refused it takes the rest and keeps nothing. Lives in its
// session, without I/O of its own.
class Receiver final : public TextSink {
 public:
  struct Limits {
    std::uint64_t size = 0;
    bool hold_header = false;  // submission
  };
  Receiver(std::unique_ptr<Incoming> incoming, Limits limits);

  void text(std::string_view span) override;
  // The message is complete: a header that had no end ends here.
  void finish();
  // The first refusal stays.
  void refuse(Reply reply);

  // Submission: the header has come, and waits for pass_header() or refuse().
  [[nodiscard]] bool header_waiting() const { return header_size_.has_value(); }
  [[nodiscard]] std::string_view header() const;
  void pass_header(std::string_view completed);

  [[nodiscard]] const std::optional<Reply>& refusal() const { return refusal_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Null once refused.
  [[nodiscard]] Incoming* incoming() const { return incoming_.get(); }

 private:
  void hold(std::string_view span);
  void append(std::string_view bytes);

  std::unique_ptr<Incoming> incoming_;
  Limits limits_;
  std::uint64_t size_ = 0;
  HopCounter hops_;
  std::string held_;
  std::optional<std::size_t> header_size_;
  std::optional<Reply> refusal_;
};

}  // namespace freehold::smtp
