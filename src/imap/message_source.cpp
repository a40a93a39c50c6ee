#include "imap/message_source.hpp"

#include <algorithm>

#include "mailstore/envelope_text.hpp"
#include "mailstore/header_extract.hpp"

namespace freehold::imap {

namespace {

void apply_partial(SectionBytes& bytes, std::pair<std::uint64_t, std::uint64_t> partial) {
  const auto offset = std::min(partial.first, bytes.size());
  const auto count = std::min(partial.second, bytes.size() - offset);
  const auto picked = bytes.picked.size();
  const auto from_picked = std::min<std::uint64_t>(offset, picked);
  const auto skip_body = offset - from_picked;
  bytes.picked = bytes.picked.substr(from_picked, count);
  bytes.begin += skip_body;
  bytes.end = std::min(bytes.end, bytes.begin + (count - bytes.picked.size()));
}

}  // namespace

const schema::Content* MessageSource::content() {
  if (!content_) content_ = store_.content(account_, email_);
  return content_ ? &*content_ : nullptr;
}

std::string MessageSource::envelope() {
  if (envelope_) return *envelope_;
  return mailstore::envelope_text(content() ? content()->envelope() : schema::Envelope());
}

mailstore::Mailstore::Opened* MessageSource::opened() {
  if (!opened_) opened_ = store_.open(account_, email_);
  return opened_ ? &*opened_ : nullptr;
}

const std::string* MessageSource::prefix() {
  if (whole_) return &whole_->prefix;
  return opened() != nullptr ? &opened()->prefix : nullptr;
}

std::uint64_t MessageSource::body_size() {
  if (whole_) return whole_->body.size();
  return opened() != nullptr ? opened()->body.size() : 0;
}

std::string_view MessageSource::piece(std::uint64_t begin, std::size_t most) {
  if (whole_) {
    const std::string_view body = whole_->body;
    return body.substr(static_cast<std::size_t>(std::min<std::uint64_t>(begin, body.size())), most);
  }
  piece_ = opened() != nullptr ? opened()->body.read(begin, most) : std::string();
  return piece_;
}

std::string MessageSource::read(std::uint64_t begin, std::uint64_t end) {
  std::string out;
  while (begin < end) {
    const auto next = piece(
        begin, static_cast<std::size_t>(std::min<std::uint64_t>(end - begin, store::kPieceSize)));
    if (next.empty()) break;
    out += next;
    begin += next.size();
  }
  return out;
}

std::optional<SectionBytes> MessageSource::find(
    const Section& section, const std::optional<std::pair<std::uint64_t, std::uint64_t>>& partial) {
  auto found = find_in_extract(section);
  if (!found) found = find_in_body(section);
  if (found && partial) apply_partial(*found, *partial);
  return found;
}

std::optional<SectionBytes> MessageSource::find_in_extract(const Section& section) const {
  if (!header_extract_ || section.what != Section::What::header_fields || !section.part.empty())
    return std::nullopt;
  const mailstore::HeaderExtract extract(*header_extract_);
  if (!extract.answers(section.fields)) return std::nullopt;
  return SectionBytes{pick_fields(extract.lines(), section.fields, true), 0, 0};
}

std::optional<SectionBytes> MessageSource::find_in_body(const Section& section) {
  if (section.part.empty() && section.what == Section::What::all) {  // that needs no look inside
    if (prefix() == nullptr) return std::nullopt;
    return SectionBytes{*prefix(), 0, body_size()};
  }
  const auto* parsed = content();
  if (parsed == nullptr || prefix() == nullptr) return std::nullopt;
  return locate(*parsed, *prefix(), body_size(), section,
                [this](std::uint64_t begin, std::uint64_t end) { return read(begin, end); });
}

}  // namespace freehold::imap
