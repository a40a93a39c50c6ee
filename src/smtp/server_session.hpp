#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/line_reader.hpp"
#include "smtp/receiver.hpp"
#include "smtp/server.hpp"
#include "smtp/session_state.hpp"

namespace freehold::smtp {

// One connection's dialogue; lives in the frame of serve(). The commands stand in server_*.cpp by
// group.
class ServerSession {
 public:
  ServerSession(net::Stream& stream, net::Session& session, Backend& backend,
                const ServerSettings& settings);

  awaitable<void> run();

 private:
  // server.cpp: the loop and what all commands use.
  awaitable<void> obey_line(std::string_view line);
  awaitable<void> greet();
  awaitable<IoResult<std::string_view>> next_line();
  awaitable<void> flush();
  void say(const Reply& reply) { append_reply(out_, reply); }
  void say(int code, Status status, std::string text) { say({code, status, std::move(text)}); }
  // A reply that ends the session.
  void hang_up(Reply reply);
  void refuse_command(const Reply& reply);
  // Says goodbye where that makes sense: a peer that was too slow hears of it, one that has gone
  // does not.
  void lost(const error_code& error);
  void log_refusal(std::string_view stage, std::string_view address, const Reply& reply) const;

  // server_hello.cpp
  awaitable<void> obey(Hello& hello);
  awaitable<void> obey(StartTls&);
  awaitable<void> obey(Noop&);
  awaitable<void> obey(Help&);
  awaitable<void> obey(Vrfy&);
  awaitable<void> obey(Expn&);
  awaitable<void> obey(Quit&);

  // server_auth.cpp
  awaitable<void> obey(Auth& auth);
  awaitable<IoResult<std::string_view>> ask(std::string_view challenge);
  void finish_login(const guard::SaslDialogue& dialogue, const guard::SaslDialogue::Step& step);
  [[nodiscard]] std::string channel_binding() const;

  // server_envelope.cpp
  awaitable<void> obey(Mail& mail);
  awaitable<void> obey(Rcpt& rcpt);
  awaitable<void> obey(Rset&);
  [[nodiscard]] std::optional<Reply> refuse_mail(const Mail& mail) const;
  awaitable<void> pace_unknown_user();
  void end_transaction();

  // server_data.cpp, server_chunks.cpp
  awaitable<void> obey(Data&);
  awaitable<void> obey(Bdat& bdat);
  awaitable<void> take_chunk(Bdat& bdat);
  awaitable<void> spoil_chunk(const Bdat& bdat, const Reply& reply);
  awaitable<bool> pass_chunk(std::uint64_t size);
  awaitable<std::optional<Reply>> open_message();
  awaitable<bool> read_text(DataReader& reader);
  awaitable<IoResult<std::string_view>> read_chunk(std::uint64_t most);
  awaitable<void> check_author();
  awaitable<void> finish_message(TextFlaw flaw);
  void say_outcome(const std::vector<Reply>& replies);
  [[nodiscard]] std::uint64_t hang_up_size() const;

  net::Stream& stream_;
  net::Session& session_;
  Backend& backend_;
  const ServerSettings& settings_;
  net::LineReader reader_;
  std::string out_;  // replies that were not written yet (RFC 2920: as few writes as can be)
  bool over_ = false;
  unsigned bad_commands_ = 0;
  unsigned failed_logins_ = 0;
  unsigned refused_recipients_ = 0;
  unsigned unknown_users_ = 0;
  bool found_somebody_ = false;  // a recipient was accepted in this session
  net::Deadline login_deadline_;

  SessionState state_;
  Peer peer_;
  std::optional<Transaction> transaction_;  // refers to peer_
  std::optional<Receiver> receiver_;        // its Incoming may refer to transaction_
  ChunkCheck chunk_check_;
  std::uint64_t unwanted_ = 0;  // bytes of refused chunks
  net::Deadline message_deadline_;
};

}  // namespace freehold::smtp
