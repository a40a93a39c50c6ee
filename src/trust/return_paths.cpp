#include "trust/return_paths.hpp"

namespace freehold::trust {

std::string ReturnPaths::tagged(std::string_view sender, QueueId message) const {
  auto tagged = tag_return_path(sender, message, keys_, clock_.now());
  return tagged ? std::move(*tagged) : std::string(sender);
}

std::string ReturnPaths::forwarded(std::string_view sender, std::string_view our_domain) const {
  auto rewriting = rewrite_sender(sender, our_domain, keys_, clock_.now());
  if (rewriting.status == SrsRewriting::Status::rewritten) return std::move(rewriting.address);
  return std::string(sender);
}

ReturnPaths::Returned ReturnPaths::read(std::string_view recipient) const {
  const auto now = clock_.now();
  auto tag = read_return_path(recipient, keys_, now);
  switch (tag.status) {
    case ReturnPathTag::Status::good:
      return {Returned::Kind::bounce, std::move(tag.address), tag.message, {}};
    case ReturnPathTag::Status::forged:
      return {Returned::Kind::refused, {}, {}, "no message with that return path left here"};
    case ReturnPathTag::Status::expired:
      return {Returned::Kind::refused, {}, {}, "that return path is too old"};
    case ReturnPathTag::Status::untagged:
      break;
  }
  auto reversal = reverse_sender(recipient, keys_, now);
  switch (reversal.status) {
    case SrsReversal::Status::reversed:
      return {Returned::Kind::passed_on, std::move(reversal.address), {}, {}};
    case SrsReversal::Status::forged:
      return {
          Returned::Kind::refused, {}, {}, "no message with that return path was forwarded here"};
    case SrsReversal::Status::expired:
      return {Returned::Kind::refused, {}, {}, "that return path is too old"};
    case SrsReversal::Status::not_srs:
      break;
  }
  return {};
}

}  // namespace freehold::trust
