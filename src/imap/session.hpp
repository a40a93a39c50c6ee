#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/awaitable.hpp"
#include "base/result.hpp"
#include "directory/directory.hpp"
#include "guard/account_sessions.hpp"
#include "guard/login_guard.hpp"
#include "imap/lexer.hpp"
#include "imap/live_search.hpp"
#include "imap/output.hpp"
#include "imap/view.hpp"
#include "mailstore/mailstore.hpp"
#include "net/deflate_stream.hpp"
#include "net/line_reader.hpp"
#include "net/server.hpp"
#include "search/search.hpp"

namespace freehold::imap {

class MetadataNews;
class Notifications;
struct FetchRequest;

struct ServerSettings {
  std::string hostname;
  std::uint64_t max_message = 50 << 20;  // APPENDLIMIT
  const net::TlsContext* tls = nullptr;  // for STARTTLS; null: not offered
  bool allow_plain_login = false;        // LOGIN without TLS: for tests on loopback only
  std::chrono::milliseconds progress_every{10'000};  // RFC 9585: of a command that takes long
  std::size_t message_limit = 0;  // RFC 9738: messages that one command works on; 0: any number
};

// What a session works with; outlives it.
struct House {
  mailstore::Mailstore& mailstore;
  directory::Directory& directory;
  guard::LoginGuard& logins;
  ServerSettings settings;
  search::Search* search = nullptr;  // the full-text index; null: searches look at each message
  guard::AccountSessions* sessions = nullptr;  // how many an account may have; null: any number
};

// Serves one connection: RFC 9051 (IMAP4rev2) and RFC 3501 (IMAP4rev1). Returns when the client has
// gone.
awaitable<void> serve(net::Stream& stream, net::Session& session, const House& house);

// ---- For the commands (cmd_*.cpp)
// -------------------------------------------------------------------------------------

// States of RFC 9051, 3, as bits, so that a command can name those in which it is allowed.
enum State : unsigned {
  kNotAuthenticated = 1,
  kAuthenticated = 2,
  kSelected = 4,
  kAnyState = 7,
  kLoggedIn = kAuthenticated | kSelected,
};

// The tagged answer to a command.
struct Reply {
  enum class Kind { ok, no, bad, said } kind = Kind::ok;  // said: the command has answered itself
  std::string text;  // with its response code: "[TRYCREATE] no such mailbox"

  [[nodiscard]] static Reply ok(std::string text) { return {Kind::ok, std::move(text)}; }
  [[nodiscard]] static Reply no(std::string text) { return {Kind::no, std::move(text)}; }
  [[nodiscard]] static Reply said() { return {Kind::said, {}}; }
  [[nodiscard]] static Reply bad(std::string text) { return {Kind::bad, std::move(text)}; }
};

// One connection's dialogue. Used by its coroutine only.
struct Context {
  Context(net::Stream& s, net::Session& n, const House& h);

  net::DeflateStream stream;  // over the connection
  net::Session& session;
  const House& house;
  net::LineReader reader;
  Output out;

  State state = kNotAuthenticated;
  std::string tag;  // of the command that is obeyed
  std::optional<directory::AccountInfo> account;
  std::optional<guard::AccountSessions::Place> place;  // among the account's sessions
  std::unique_ptr<View> view;                          // in the selected state
  std::unique_ptr<mailstore::Mailstore::Watch> watch;
  std::shared_ptr<std::atomic<bool>> changed;    // set by the watch, from any thread
  std::vector<std::uint32_t> saved_result;       // UIDs of SEARCH RETURN (SAVE)
  std::vector<LiveSearch> live_searches;         // of RETURN (UPDATE)
  std::shared_ptr<MetadataNews> metadata_news;   // of ENABLE METADATA or NOTIFY
  std::shared_ptr<Notifications> notifications;  // of NOTIFY SET; this session's own

  bool rev2 = false;        // ENABLE IMAP4rev2
  bool utf8 = false;        // ENABLE UTF8=ACCEPT or IMAP4rev2: names in UTF-8
  bool condstore = false;   // RFC 7162, 3.1: the client knows MODSEQ
  bool qresync = false;     // RFC 7162, 3.2: what is gone is told as VANISHED
  bool uid_only = false;    // RFC 9586: no sequence numbers
  bool quota_told = false;  // that it is nearly used up
  bool closing = false;
  int errors = 0;
  int failed_logins = 0;

  [[nodiscard]] bool secure() const { return stream.tls() != nullptr; }
  [[nodiscard]] AccountId id() const { return account->id; }

  // A mailbox name from the client, as UTF-8; fails the lexer when it is not well-formed.
  [[nodiscard]] std::string mailbox_name(Lexer& lexer);
  void put_mailbox_name(std::string_view path);
  [[nodiscard]] std::string mailbox_words(std::string_view path) const;  // what that puts

  // Untagged responses for what happened in the selected mailbox (RFC 9051, 7). Expunges shift
  // sequence numbers, so they are told only between commands that name messages by them.
  // `wait`: nothing is told while an expunge is among it.
  enum class Expunges { tell, wait };
  void tell_news(Expunges expunges = Expunges::tell);

  // RFC 7162, 3.1.2.1: "[HIGHESTMODSEQ n] " of the selected mailbox, for who knows modseqs.
  [[nodiscard]] std::string modseq_code() const;

  // Into the authenticated state.
  void leave_mailbox();

  // The indexes that a command's set names; nothing: an answer with the error has to be given.
  [[nodiscard]] std::optional<std::vector<std::size_t>> select(const SequenceSet& set, bool by_uid,
                                                               const View::Only& only = {});
  [[nodiscard]] SequenceSet saved_set() const;  // what "$" stands for: UIDs
  // RFC 9738: leaves as many as one command may work on, those with the highest UIDs; the response
  // code with the lowest of them, or nothing when all are left.
  [[nodiscard]] std::string limit(std::vector<std::size_t>& indexes) const;
  [[nodiscard]] bool over_limit(std::size_t messages) const;
  [[nodiscard]] Reply too_many() const;
};

struct Command {
  std::string tag;
  std::string name;     // in upper case
  Lexer arguments;      // behind the name, at the space or at the end
  bool by_uid = false;  // "UID …"
};

using Handler = awaitable<Reply> (*)(Context&, Command&);

struct CommandEntry {
  std::string_view name;
  Handler handler;
  unsigned states;
  bool tells_news;  // may be followed by EXPUNGE
  bool has_uid;     // exists as "UID name" too
  bool has_set;     // its argument is a set of messages
};
[[nodiscard]] const CommandEntry* find_command(std::string_view name);

[[nodiscard]] Reply reply_for(const Problem& problem);
// The same for the target of APPEND, COPY and MOVE, which could be created.
[[nodiscard]] Reply reply_for_target(const Problem& problem);
[[nodiscard]] std::string capabilities(const Context& context);
void put_flags(Output& out, const mailstore::Flags& flags);
[[nodiscard]] mailstore::Flags read_flags(Lexer& lexer);       // a parenthesised list
[[nodiscard]] mailstore::Flags read_flag_words(Lexer& lexer);  // with or without parentheses
[[nodiscard]] std::string internal_date(Time t);
[[nodiscard]] std::optional<Time> parse_internal_date(std::string_view text);

// How a FETCH line begins: "* 3 FETCH (", or "* 7 UIDFETCH (" (RFC 9586).
void put_fetch_start(Context& context, std::size_t index, Uid uid);
// A FETCH line of the flags: "* 3 FETCH (UID 7 FLAGS (…) MODSEQ (9))".
void put_flags_update(Context& context, std::size_t index, bool with_uid);

// A FETCH line of one message as it stands.
awaitable<IoResult<>> put_fetched(Context& context, std::size_t index, const FetchRequest& request);

// The commands, by file.
awaitable<Reply> capability(Context&, Command&);  // cmd_any.cpp
awaitable<Reply> noop(Context&, Command&);
awaitable<Reply> logout(Context&, Command&);
awaitable<Reply> client_id(Context&, Command&);
awaitable<Reply> starttls(Context&, Command&);  // cmd_login.cpp
awaitable<Reply> login(Context&, Command&);
awaitable<Reply> authenticate(Context&, Command&);
awaitable<Reply> enable(Context&, Command&);
awaitable<Reply> unauthenticate(Context&, Command&);  // cmd_unauthenticate.cpp
awaitable<Reply> compress(Context&, Command&);        // cmd_compress.cpp
awaitable<Reply> select(Context&, Command&);          // cmd_select.cpp
awaitable<Reply> examine(Context&, Command&);
awaitable<Reply> unselect(Context&, Command&);
awaitable<Reply> close(Context&, Command&);
awaitable<Reply> create(Context&, Command&);  // cmd_mailbox.cpp
awaitable<Reply> remove(Context&, Command&);
awaitable<Reply> rename(Context&, Command&);
awaitable<Reply> subscribe(Context&, Command&);
awaitable<Reply> unsubscribe(Context&, Command&);
awaitable<Reply> list(Context&, Command&);  // cmd_list.cpp
awaitable<Reply> lsub(Context&, Command&);
awaitable<Reply> name_space(Context&, Command&);
awaitable<Reply> set_acl(Context&, Command&);  // cmd_acl.cpp
awaitable<Reply> delete_acl(Context&, Command&);
awaitable<Reply> get_acl(Context&, Command&);
awaitable<Reply> list_rights(Context&, Command&);
awaitable<Reply> my_rights(Context&, Command&);
awaitable<Reply> status(Context&, Command&);     // cmd_status.cpp
awaitable<Reply> get_quota(Context&, Command&);  // cmd_quota.cpp
awaitable<Reply> get_quota_root(Context&, Command&);
awaitable<Reply> set_quota(Context&, Command&);
awaitable<Reply> get_metadata(Context&, Command&);  // cmd_metadata.cpp
awaitable<Reply> set_metadata(Context&, Command&);
awaitable<Reply> idle(Context&, Command&);           // cmd_idle.cpp
awaitable<Reply> notify(Context&, Command&);         // cmd_notify.cpp
awaitable<Reply> expunge(Context&, Command&);        // cmd_expunge.cpp
awaitable<Reply> search(Context&, Command&);         // cmd_search.cpp
awaitable<Reply> sort(Context&, Command&);           // cmd_sort.cpp
awaitable<Reply> thread(Context&, Command&);         // cmd_thread.cpp
awaitable<Reply> multi_search(Context&, Command&);   // cmd_esearch.cpp
awaitable<Reply> cancel_update(Context&, Command&);  // live_search.cpp
awaitable<Reply> fetch(Context&, Command&);          // cmd_fetch.cpp
awaitable<Reply> store(Context&, Command&);          // cmd_store.cpp
awaitable<Reply> copy(Context&, Command&);           // cmd_copy.cpp
awaitable<Reply> move(Context&, Command&);
// APPEND and REPLACE read their messages from the stream themselves: `text` is the command up to
// its end or the first message's literal mark.
awaitable<IoResult<Reply>> append(Context& context, Command& command,
                                  std::string_view text);  // cmd_append.cpp

// After a command that has put own mail in: an untagged notice, once, when the quota is nearly used
// up.
void warn_of_quota(Context& context, std::uint64_t quota);

// STATUS items, for STATUS and LIST-STATUS.
[[nodiscard]] std::vector<std::string> read_status_items(Lexer& lexer);
void put_status(Context& context, AccountId owner, const mailstore::MailboxInfo& info,
                const std::vector<std::string>& items);

}  // namespace freehold::imap
