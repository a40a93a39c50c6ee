#include <algorithm>
#include <span>
#include <utility>

#include "imap/fetch_items.hpp"
#include "imap/labels.hpp"
#include "imap/limits.hpp"
#include "imap/mailbox_access.hpp"
#include "imap/message_source.hpp"
#include "imap/object_id.hpp"
#include "imap/read_ahead.hpp"
#include "imap/resync.hpp"
#include "imap/session.hpp"
#include "imap/structure.hpp"
#include "message/transfer_encoding.hpp"
#include "schema/mailstore.pb.h"

// FETCH (RFC 9051, 6.4.5).
namespace freehold::imap {

namespace {

using Kind = FetchItem::Kind;

// Bytes of a message's body that are still to be sent.
struct Rest {
  std::uint64_t begin = 0, end = 0;
};

// The item up to where its bytes of the body come.
Rest begin_section(Output& out, MessageSource& source, const FetchItem& item) {
  out << item.label << ' ';
  const auto bytes = source.find(item.section, item.partial);
  if (!bytes) {
    out << "NIL";
    return {};
  }
  out << '{' << bytes->size() << "}\r\n" << bytes->picked;
  return {bytes->begin, bytes->end};
}

// Sends them, many in pieces.
awaitable<IoResult<>> put_rest(Context& context, MessageSource& source, Rest rest) {
  auto& out = context.out;
  while (rest.begin < rest.end) {
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>(rest.end - rest.begin, store::kPieceSize));
    const auto piece = source.piece(rest.begin, most);
    // The size is promised: a body that cannot be read to its end is a broken connection, not a
    // short answer.
    if (piece.empty()) co_return make_error_code(boost::system::errc::io_error);
    out << piece;
    rest.begin += piece.size();
    if (out.wants_flush()) {
      if (auto sent = co_await out.flush(); !sent) co_return sent;
    }
  }
  co_return IoResult<>();
}

// Whether every part could be given in the form that was asked for.
enum class Put { complete, unknown_encoding };

// RFC 3516, part of IMAP4rev2: a leaf part without its transfer encoding. Nothing: the encoding is
// not known.
std::optional<std::string> decoded_part(MessageSource& source, const Section& section) {
  const auto* content = source.content();
  if (content == nullptr) return std::nullopt;
  if (section.part.empty())
    return (source.prefix() ? *source.prefix() : "") + source.read(0, source.body_size());
  const auto found = find_part(*content, section.part);
  if (!found) return std::string();
  const auto& part = content->parts(*found);
  const auto encoding = message::transfer_encoding(part.encoding());
  constexpr std::string_view kPlain[] = {"", "7bit", "8bit", "binary"};
  if (encoding == message::TransferEncoding::identity &&
      std::ranges::find(kPlain, part.encoding()) == std::end(kPlain)) {
    return std::nullopt;
  }
  return message::decode_transfer(source.read(part.body_begin(), part.body_end()), encoding);
}

// False: UNKNOWN-CTE.
bool put_binary(Context& context, MessageSource& source, const FetchItem& item) {
  auto decoded = decoded_part(source, item.section);
  if (!decoded) return false;
  if (item.kind == Kind::binary_size) {
    context.out << item.label << ' ' << decoded->size();
    return true;
  }
  if (item.partial) {
    const auto offset = std::min<std::uint64_t>(item.partial->first, decoded->size());
    *decoded = decoded->substr(offset, item.partial->second);
  }
  context.out << item.label << ' ';
  // literal8 only where there is a NUL, which older clients never ask for.
  if (decoded->find('\0') != std::string::npos) context.out << '~';
  context.out.literal(*decoded);
  return true;
}

void put_labels(Context& context, const mailstore::IndexedMessage& message) {
  const auto all = known_mailboxes(context, context.view->account());
  context.out << "X-GM-LABELS (";
  bool first = true;
  for (const auto& label : labels_of(context.house.mailstore, context.view->account(),
                                     message.email, context.view->mailbox(), all)) {
    if (!first) context.out << ' ';
    first = false;
    context.put_mailbox_name(label);
  }
  context.out << ')';
}

// The items that extensions brought. False: it is none of them.
bool put_extension(Context& context, std::size_t index, MessageSource& source, Kind kind) {
  auto& out = context.out;
  const auto owner = context.view->account();
  const auto& message = context.view->row(index);
  switch (kind) {
    case Kind::saved_date:
      out << "SAVEDATE \"" << internal_date(message.saved_at) << '"';
      return true;
    case Kind::email_id:
      out << "EMAILID (" << object_id(owner, message.email) << ')';
      return true;
    case Kind::thread_id:
      out << "THREADID (" << object_id(owner, message.thread) << ')';
      return true;
    case Kind::gm_message_id:
      out << "X-GM-MSGID " << object_number(owner, message.email.value);
      return true;
    case Kind::gm_thread_id:
      out << "X-GM-THRID " << object_number(owner, message.thread.value);
      return true;
    case Kind::gm_labels:
      put_labels(context, context.view->at(index));
      return true;
    case Kind::preview:
      out << "PREVIEW ";
      out.nstring(source.content() ? source.content()->preview() : "", !source.content());
      return true;
    default:
      return false;
  }
}

// An item, up to where its bytes of the body come.
Rest put_item(Context& context, std::size_t index, MessageSource& source, const FetchItem& item,
              Put& put) {
  auto& out = context.out;
  if (item.kind == Kind::binary || item.kind == Kind::binary_size) {
    if (!put_binary(context, source, item)) {
      put = Put::unknown_encoding;
      out << "BINARY" << (item.kind == Kind::binary_size ? ".SIZE" : "")
          << item.label.substr(item.label.find('['))
          << (item.kind == Kind::binary_size ? " 0" : " NIL");
    }
    return {};
  }
  if (put_extension(context, index, source, item.kind)) return {};
  const auto& message = context.view->row(index);
  switch (item.kind) {
    case Kind::uid:
      out << "UID " << message.uid.value;
      return {};
    case Kind::flags:
      out << "FLAGS ";
      put_flags(out, context.view->at(index).flags);
      return {};
    case Kind::internal_date:
      out << "INTERNALDATE \"" << internal_date(message.received_at) << '"';
      return {};
    case Kind::size:
      out << "RFC822.SIZE " << message.size;
      return {};
    case Kind::modseq:
      out << "MODSEQ (" << message.modseq.value << ')';
      return {};
    case Kind::envelope:
      out << "ENVELOPE " << source.envelope();
      return {};
    case Kind::body_structure:
    case Kind::body_structure_basic: {
      const bool extended = item.kind == Kind::body_structure;
      out << (extended ? "BODYSTRUCTURE " : "BODY ");
      put_body_structure(out, source.content() ? *source.content() : schema::Content(), extended);
      return {};
    }
    default:
      return begin_section(out, source, item);
  }
}

MessageSource source_of(Context& context, std::size_t index) {
  return {context.house.mailstore, context.view->account(), context.view->row(index).email};
}

// The FETCH responses of some messages, with what was read ahead for them. One coroutine for all:
// most messages never wait.
awaitable<IoResult<Put>> put_messages(Context& context, std::span<const std::size_t> indexes,
                                      const FetchRequest& request, bool by_uid, ReadAhead* ahead) {
  auto& out = context.out;
  const bool add_uid = by_uid && !context.uid_only && !request.asks(Kind::uid);
  const bool add_modseq = request.changed_since && !request.asks(Kind::modseq);
  Put put = Put::complete;
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    const auto index = indexes[i];
    auto source = source_of(context, index);
    if (ahead != nullptr) {
      if (!ahead->is_at_hand(i)) co_await ahead->next_group();
      ahead->offer(source, i);
    }
    const auto uid = context.view->row(index).uid;
    put_fetch_start(context, index, uid);
    std::string_view space;
    if (add_uid) {
      out << "UID " << uid.value;
      space = " ";
    }
    for (const auto& item : request.items) {
      out << std::exchange(space, " ");
      const auto rest = put_item(context, index, source, item, put);
      if (rest.begin == rest.end) continue;
      if (auto sent = co_await put_rest(context, source, rest); !sent) co_return sent.error();
    }
    if (add_modseq) out << space << "MODSEQ (" << context.view->row(index).modseq.value << ')';
    out << ")\r\n";
    if (!out.wants_flush()) continue;
    if (auto sent = co_await out.flush(); !sent) co_return sent.error();
  }
  co_return put;
}

// A FETCH without PEEK marks the messages as read, all in one change before the answers.
awaitable<Result<>> mark_seen(Context& context, const std::vector<std::size_t>& indexes) {
  std::vector<Uid> unseen;
  for (const auto index : indexes) {
    const auto message = context.view->at(index);
    if (!message.flags.has(mailstore::kSeen)) unseen.push_back(message.uid);
  }
  if (unseen.empty()) co_return Result<>();
  const auto done = co_await context.house.mailstore.update_flags(
      context.view->account(), context.view->mailbox(), std::move(unseen),
      {mailstore::FlagChange::add, {mailstore::kSeen, {}}, std::nullopt});
  if (!done) co_return done.error();
  context.view->note(done->messages);
  co_return Result<>();
}

}  // namespace

awaitable<IoResult<>> put_fetched(Context& context, std::size_t index,
                                  const FetchRequest& request) {
  const auto put = co_await put_messages(context, {&index, 1}, request, false, nullptr);
  co_return put ? IoResult<>() : put.error();
}

awaitable<Reply> fetch(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto set = lexer.sequence_set();
  lexer.space();
  auto request = read_fetch(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  auto indexes = context.select(set, command.by_uid,
                                {ModSeq(request.changed_since.value_or(0)), std::nullopt});
  if (!indexes) co_return Reply::bad("no such message");
  if (request.changed_since || request.asks(Kind::modseq)) context.condstore = true;
  if (request.partial && !command.by_uid) co_return Reply::bad("PARTIAL is for UID FETCH");
  if (request.vanished) {
    if (!context.qresync || !command.by_uid)
      co_return Reply::bad("VANISHED is for UID FETCH after ENABLE QRESYNC");
    put_vanished(context, ModSeq(request.changed_since.value_or(0)), set);
  }
  if (request.partial) {
    const auto [begin, end] = request.partial->of(indexes->size());
    *indexes = {indexes->begin() + static_cast<std::ptrdiff_t>(begin),
                indexes->begin() + static_cast<std::ptrdiff_t>(end)};
  }
  const auto limited = context.limit(*indexes);
  if (request.sets_seen() && !context.view->read_only() &&
      rights_in_view(context).has(mailstore::Right::seen)) {
    const auto marked = co_await mark_seen(context, *indexes);
    if (!marked) co_return reply_for(marked.error());
    if (!request.asks(Kind::flags))
      request.items.insert(request.items.begin(), {Kind::flags, {}, true, {}, {}});
  }
  ReadAhead ahead(context, request, *indexes);
  const auto put = co_await put_messages(context, *indexes, request, command.by_uid, &ahead);
  if (!put) {
    context.closing = true;
    co_return Reply::said();
  }
  if (*put == Put::unknown_encoding)
    co_return Reply::no("[UNKNOWN-CTE] a part has an encoding that cannot be undone");
  co_return Reply::ok(limited + "FETCH completed");
}

}  // namespace freehold::imap
