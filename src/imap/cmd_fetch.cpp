#include <algorithm>

#include "imap/fetch_items.hpp"
#include "imap/limits.hpp"
#include "imap/session.hpp"
#include "imap/structure.hpp"
#include "message/transfer_encoding.hpp"
#include "schema/mailstore.pb.h"

// FETCH (RFC 9051, 6.4.5).
namespace freehold::imap {

namespace {

using Kind = FetchItem::Kind;

// One message's stored parts, each read when it is first asked for.
class Source {
 public:
  Source(const mailstore::Mailstore& store, AccountId account, EmailId email)
      : store_(store), account_(account), email_(email) {}

  [[nodiscard]] const schema::Content* content() {
    if (!content_) content_ = store_.content(account_, email_);
    return content_ ? &*content_ : nullptr;
  }
  [[nodiscard]] const store::BodyReader* body() {
    if (!opened_) opened_ = store_.open(account_, email_);
    return opened_ ? &opened_->body : nullptr;
  }
  [[nodiscard]] std::string read(std::uint64_t begin, std::uint64_t end) {
    std::string out;
    const auto* from = body();
    while (from != nullptr && begin < end) {
      const auto piece = from->read(
          begin, static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, store::kPieceSize)));
      if (piece.empty()) break;
      out += piece;
      begin += piece.size();
    }
    return out;
  }

 private:
  const mailstore::Mailstore& store_;
  AccountId account_;
  EmailId email_;
  std::optional<schema::Content> content_;
  std::optional<mailstore::Mailstore::Opened> opened_;
};

void apply_partial(SectionBytes& bytes,
                   const std::optional<std::pair<std::uint64_t, std::uint64_t>>& partial) {
  if (!partial) return;
  const auto offset = std::min(partial->first, bytes.size());
  const auto count = std::min(partial->second, bytes.size() - offset);
  const auto picked = bytes.picked.size();
  const auto from_picked = std::min<std::uint64_t>(offset, picked);
  const auto skip_body = offset - from_picked;
  bytes.picked = bytes.picked.substr(from_picked, count);
  bytes.begin += skip_body;
  bytes.end = std::min(bytes.end, bytes.begin + (count - bytes.picked.size()));
}

// Sends a section, large ones in pieces.
awaitable<IoResult<>> put_section(Context& context, Source& source, const FetchItem& item) {
  auto& out = context.out;
  out << item.label << ' ';
  const auto* content = source.content();
  const auto* body = source.body();
  std::optional<SectionBytes> bytes;
  if (content != nullptr && body != nullptr) {
    bytes = locate(
        *content, body->size(), item.section,
        [&source](std::uint64_t begin, std::uint64_t end) { return source.read(begin, end); });
  }
  if (!bytes) {
    out << "NIL";
    co_return IoResult<>();
  }
  apply_partial(*bytes, item.partial);
  out << '{' << bytes->size() << "}\r\n" << bytes->picked;
  auto at = bytes->begin;
  while (at < bytes->end) {
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes->end - at, store::kPieceSize));
    const auto piece = body->read(at, most);
    // The size is promised: a body that cannot be read to its end is a broken connection, not a
    // short answer.
    if (piece.empty()) co_return make_error_code(boost::system::errc::io_error);
    out << piece;
    at += piece.size();
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
std::optional<std::string> decoded_part(Source& source, const Section& section) {
  const auto* content = source.content();
  if (content == nullptr) return std::nullopt;
  if (section.part.empty())
    return content->prefix() + source.read(0, source.body() ? source.body()->size() : 0);
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
bool put_binary(Context& context, Source& source, const FetchItem& item) {
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

awaitable<IoResult<Put>> put_message(Context& context, std::size_t index,
                                     const FetchRequest& request, bool by_uid) {
  auto& out = context.out;
  const auto message = context.view->messages()[index];
  Source source(context.house.mailstore, context.id(), message.email);
  out << "* " << std::uint64_t{index + 1} << " FETCH (";
  bool first = true;
  Put put = Put::complete;
  const auto next = [&] {
    if (!first) out << ' ';
    first = false;
  };
  const bool add_uid = by_uid && !request.asks(Kind::uid);
  const bool add_modseq = request.changed_since && !request.asks(Kind::modseq);
  if (add_uid) {
    next();
    out << "UID " << message.uid.value;
  }
  for (const auto& item : request.items) {
    if (item.kind == Kind::binary || item.kind == Kind::binary_size) {
      next();
      if (!put_binary(context, source, item)) {
        put = Put::unknown_encoding;
        out << "BINARY" << (item.kind == Kind::binary_size ? ".SIZE" : "")
            << item.label.substr(item.label.find('['))
            << (item.kind == Kind::binary_size ? " 0" : " NIL");
      }
      continue;
    }
    next();
    switch (item.kind) {
      case Kind::uid:
        out << "UID " << message.uid.value;
        break;
      case Kind::flags:
        out << "FLAGS ";
        put_flags(out, message.flags);
        break;
      case Kind::internal_date:
        out << "INTERNALDATE \"" << internal_date(message.received_at) << '"';
        break;
      case Kind::size:
        out << "RFC822.SIZE " << message.size;
        break;
      case Kind::modseq:
        out << "MODSEQ (" << message.modseq.value << ')';
        break;
      case Kind::envelope:
        out << "ENVELOPE ";
        put_envelope(out, source.content() ? source.content()->envelope() : schema::Envelope());
        break;
      case Kind::body_structure:
      case Kind::body_structure_basic: {
        const bool extended = item.kind == Kind::body_structure;
        out << (extended ? "BODYSTRUCTURE " : "BODY ");
        put_body_structure(out, source.content() ? *source.content() : schema::Content(), extended);
        break;
      }
      default:
        if (auto sent = co_await put_section(context, source, item); !sent) co_return sent.error();
    }
  }
  if (add_modseq) {
    next();
    out << "MODSEQ (" << message.modseq.value << ')';
  }
  out << ")\r\n";
  co_return put;
}

// A FETCH without PEEK marks the messages as read, all in one change before the answers.
awaitable<Result<>> mark_seen(Context& context, const std::vector<std::size_t>& indexes) {
  std::vector<Uid> unseen;
  for (const auto index : indexes) {
    const auto& message = context.view->messages()[index];
    if (!message.flags.has(mailstore::kSeen)) unseen.push_back(message.uid);
  }
  if (unseen.empty()) co_return Result<>();
  const auto done = co_await context.house.mailstore.update_flags(
      context.id(), context.view->mailbox(), std::move(unseen),
      {mailstore::FlagChange::add, {mailstore::kSeen, {}}, std::nullopt});
  if (!done) co_return done.error();
  for (const auto& message : done->changed) context.view->note(message);
  co_return Result<>();
}

}  // namespace

awaitable<Reply> fetch(Context& context, Command& command) {
  auto& lexer = command.arguments;
  lexer.space();
  const auto set = lexer.sequence_set();
  lexer.space();
  auto request = read_fetch(lexer);
  if (!lexer.done()) co_return Reply::bad(lexer.error());
  auto indexes = context.select(set, command.by_uid);
  if (!indexes) co_return Reply::bad("no such message");
  if (request.changed_since || request.asks(Kind::modseq)) context.condstore = true;
  if (request.changed_since) {
    std::erase_if(*indexes, [&](std::size_t i) {
      return context.view->messages()[i].modseq.value <= *request.changed_since;
    });
  }
  if (request.sets_seen() && !context.view->read_only()) {
    const auto marked = co_await mark_seen(context, *indexes);
    if (!marked) co_return reply_for(marked.error());
    if (!request.asks(Kind::flags))
      request.items.insert(request.items.begin(), {Kind::flags, {}, true, {}, {}});
  }
  bool known = true;
  for (const auto index : *indexes) {
    const auto put = co_await put_message(context, index, request, command.by_uid);
    if (!put || (context.out.wants_flush() && !co_await context.out.flush())) {
      context.closing = true;
      co_return Reply::said();
    }
    known = known && *put == Put::complete;
  }
  if (!known) co_return Reply::no("[UNKNOWN-CTE] a part has an encoding that cannot be undone");
  co_return Reply::ok("FETCH completed");
}

}  // namespace freehold::imap
