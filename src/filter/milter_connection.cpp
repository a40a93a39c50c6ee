#include "filter/milter_connection.hpp"

#include "filter/limits.hpp"

namespace freehold::filter::milter {

namespace {

constexpr std::size_t kWriteAt = 64 * 1024;  // bytes that are gathered for one write
constexpr std::chrono::seconds kGoodbyeWait{1};

Problem failed(std::string what) { return problem(Problem::Kind::unavailable, std::move(what)); }

Problem failed(const error_code& error) {
  if (error == boost::system::errc::timed_out) return failed("it does not answer in time");
  return failed(error.message());
}

}  // namespace

awaitable<Result<>> Connection::negotiate() {
  append_packet(out_, Command::negotiate, offer());
  const auto said = co_await flush();
  if (!said) co_return said.error();
  const auto packet = co_await read_packet(net::after(settings_.timeout));
  if (!packet) co_return packet.error();
  if (packet->letter != static_cast<char>(Command::negotiate)) {
    co_return failed("it does not speak the milter protocol");
  }
  const auto agreement = Agreement::read(packet->payload);
  if (!agreement) co_return failed("it wants a version or steps that are not known");
  agreement_ = *agreement;
  co_return Result<>();
}

awaitable<Result<Answer>> Connection::tell(Command command, std::string payload,
                                           const Macros& macros) {
  if (!agreement_.wants(command)) co_return Answer();
  const auto known = agreement_.macros_for(command, macros);
  if (!known.empty()) append_packet(out_, Command::macro, known);
  append_packet(out_, command, payload);
  const bool answered = agreement_.answers(command);
  if (answered || out_.size() >= kWriteAt) {
    const auto said = co_await flush();
    if (!said) co_return said.error();
  }
  if (!answered) co_return Answer();
  const bool whole = command == Command::end_of_body;
  co_return co_await answer(whole ? settings_.message_timeout : settings_.timeout);
}

awaitable<Result<Answer>> Connection::next_answer() {
  co_return co_await answer(settings_.message_timeout);
}

awaitable<Result<>> Connection::abort() {
  append_packet(out_, Command::abort, {});
  co_return co_await flush();
}

awaitable<void> Connection::quit() {
  append_packet(out_, Command::quit, {});
  static_cast<void>(co_await stream_->write(out_, net::after(kGoodbyeWait)));
  stream_->close();
}

awaitable<Result<>> Connection::flush() {
  const IoResult<> written = co_await stream_->write(out_, net::after(settings_.timeout));
  out_.clear();
  if (!written) co_return failed(written.error());
  co_return Result<>();
}

// SMFIR_PROGRESS buys the filter more time, but not for ever.
awaitable<Result<Answer>> Connection::answer(std::chrono::milliseconds wait) {
  const auto longest = net::after(kMilterLongestWork);
  while (true) {
    const auto packet = co_await read_packet(std::min(net::after(wait), longest));
    if (!packet) co_return packet.error();
    auto answer = read_answer(packet->letter, packet->payload);
    if (!answer) co_return failed("it sends " + std::string(answer.error()));
    if (answer->kind != Answer::Kind::progress) co_return std::move(*answer);
  }
}

awaitable<Result<Connection::Packet>> Connection::read_packet(net::Deadline deadline) {
  std::string length(kLengthBytes, '\0');
  const auto began = co_await read_bytes(length, deadline);
  if (!began) co_return began.error();
  const auto size = packet_size(length);
  if (!size) co_return failed("it sends a packet of a size that is not taken");
  std::string bytes(*size, '\0');
  const auto complete = co_await read_bytes(bytes, deadline);
  if (!complete) co_return complete.error();
  co_return Packet{bytes.front(), bytes.substr(1)};
}

awaitable<Result<>> Connection::read_bytes(std::string& into, net::Deadline deadline) {
  for (std::size_t at = 0; at < into.size();) {
    const std::span<char> room(into.data() + at, into.size() - at);
    const IoResult<std::size_t> got = co_await stream_->read_some(room, deadline);
    if (!got) co_return failed(got.error());
    at += *got;
  }
  co_return Result<>();
}

}  // namespace freehold::filter::milter
