#include "command_load.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <ostream>
#include <stdexcept>

namespace freehold::bench {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kChunk = 256 * 1024;

// Blocking: one command at a time is all that is wanted.
class PlainSession {
 public:
  PlainSession(const Target& target, std::chrono::seconds limit) : socket_(io_) {
    socket_.connect({asio::ip::make_address(target.host), target.port});
    socket_.set_option(asio::ip::tcp::no_delay(true));
    const timeval wait{limit.count(), 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    buffer_.resize(kChunk);
    tail_.clear();
    while (!tail_.contains("\r\n")) receive();
  }

  struct Answer {
    double seconds = 0;
    std::uint64_t bytes = 0;
  };
  Answer command(std::string_view text) {
    const auto tag = "\r\nfh" + std::to_string(++commands_) + " ";
    const auto line = tag.substr(2) + std::string(text) + "\r\n";
    tail_ = "\r\n";
    Answer answer;
    const auto since = Clock::now();
    asio::write(socket_, asio::buffer(line));
    std::size_t found = std::string::npos;
    while ((found = tail_.find(tag)) == std::string::npos ||
           tail_.find("\r\n", found + 2) == std::string::npos) {
      answer.bytes += receive();
    }
    answer.seconds = std::chrono::duration<double>(Clock::now() - since).count();
    if (!std::string_view(tail_).substr(found + tag.size()).starts_with("OK"))
      throw std::runtime_error(std::string(text) + ":" + tail_.substr(found));
    return answer;
  }

 private:
  // Keeps what may hold the beginning of the tagged line, and no more.
  std::size_t receive() {
    constexpr std::size_t kKept = 4096;
    const auto got = socket_.read_some(asio::buffer(buffer_));
    if (tail_.size() > kKept) tail_.erase(0, tail_.size() - kKept);
    tail_.append(buffer_, 0, got);
    return got;
  }

  asio::io_context io_;
  asio::ip::tcp::socket socket_;
  std::string buffer_;
  std::string tail_;
  unsigned commands_ = 0;
};

}  // namespace

void run_commands(const CommandLoad& load, std::chrono::seconds limit, std::ostream& out) {
  PlainSession session(load.accounts.target, limit);
  session.command("LOGIN " + load.accounts.users.front() + " " + load.accounts.password);
  for (const auto& text : load.commands) {
    const auto answer = session.command(text);
    out << boost::json::serialize(boost::json::object{
               {"command", text}, {"seconds", answer.seconds}, {"bytes", answer.bytes}})
        << std::endl;
  }
}

}  // namespace freehold::bench
