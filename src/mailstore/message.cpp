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
  if (offset >= body.bytes().size()) return {};
  return std::string(body.bytes().substr(static_cast<std::size_t>(offset), most));
}

struct Intake::State {
  store::BodyWriter body;
  message::Parser parser;

  // Of a large body it waits for the disk.
  Finished finish() {
    auto stored = body.finish();
    if (!stored) return stored.error();
    return std::make_shared<const Message>(make_message(std::move(*stored), parser.finish()));
  }
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

awaitable<Intake::Finished> Intake::finish(Pool& pool) {
  if (!state_->body.large()) co_return state_->finish();
  co_return co_await pool.run([this] { return state_->finish(); });
}

Begun<Intake::Finished> Intake::begin_finish(Pool& pool) {
  return begin(pool, [state = std::move(state_)] { return state->finish(); });
}

}  // namespace freehold::mailstore
