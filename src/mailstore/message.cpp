#include "mailstore/message.hpp"

#include "base/bytes.hpp"
#include "mailstore/content.hpp"
#include "mailstore/envelope_text.hpp"
#include "message/parser.hpp"
#include "message/thread.hpp"

namespace freehold::mailstore {

namespace {

std::uint64_t hash64(std::string_view text) { return read_u64(sha256(text).view()); }

Message make_message(store::IncomingBody body, message::Parsed all) {
  Message made;
  made.body = std::move(body);
  made.parsed = std::move(all);
  const auto& parsed = made.parsed;
  const auto content = content_of(parsed);
  made.content = content.SerializeAsString();
  made.envelope = envelope_text(content.envelope());
  made.thread = thread_keys_of(parsed.envelope);
  for (const auto& field : parsed.header.fields()) {
    if (iequals(parsed.header.name(field), "Delivered-To")) {
      made.delivered_to.push_back(to_lower(message::unfold(parsed.header.value(field))));
    }
  }
  return made;
}

}  // namespace

ThreadKeys thread_keys_of(const message::Envelope& envelope) {
  ThreadKeys keys;
  for (const auto& id : message::thread_keys(envelope)) keys.ids.push_back(hash64(id));
  keys.subject = hash64(to_lower(message::base_subject(envelope.decoded_subject()).text));
  return keys;
}

std::string Message::read(const store::Reader& reader, std::uint64_t offset,
                          std::size_t most) const {
  if (body.bulk) return store::BodyReader::of(reader, body).read(offset, most);
  if (offset >= body.bytes.size()) return {};
  return body.bytes.substr(static_cast<std::size_t>(offset), most);
}

struct Intake::State {
  store::BodyWriter body;
  message::Parser parser;
};

Intake::Intake(store::Engine& engine)
    : state_(std::make_unique<State>(store::BodyWriter(engine))) {}
Intake::~Intake() = default;
Intake::Intake(Intake&&) noexcept = default;

Result<> Intake::append(std::string_view bytes) {
  state_->parser.feed(bytes);
  return state_->body.append(bytes);
}

std::uint64_t Intake::size() const { return state_->body.size(); }

awaitable<Result<std::shared_ptr<const Message>>> Intake::finish(Pool& pool) {
  // A small body is in memory; a large one waits for the disk.
  Result<store::IncomingBody> body = store::IncomingBody();
  if (state_->body.large()) {
    body = co_await pool.run([this] { return state_->body.finish(); });
  } else {
    body = state_->body.finish();
  }
  if (!body) co_return body.error();
  co_return std::make_shared<const Message>(
      make_message(std::move(*body), state_->parser.finish()));
}

}  // namespace freehold::mailstore
