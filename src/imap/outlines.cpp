#include "imap/outlines.hpp"

#include "imap/limits.hpp"
#include "mailstore/header_extract.hpp"
#include "schema/mailstore.pb.h"
#include "search/texts.hpp"

namespace freehold::imap {

namespace {

Outline outline_of_whole(const mailstore::Mailstore& store, AccountId account, EmailId email,
                         const message::EnvelopeParts& parts) {
  const auto content = store.content(account, email);
  auto opened = store.open(account, email);
  if (!content || !opened) return std::nullopt;
  return message::make_envelope(message::Header(search::header_section(
                                    *content, std::move(opened->prefix), opened->body, kMaxHeader)),
                                parts);
}

}  // namespace

std::vector<Outline> read_outlines(const mailstore::Mailstore& store, AccountId account,
                                   std::span<const EmailId> emails,
                                   const message::EnvelopeParts& parts) {
  const auto extracts = store.extracts(account, mailstore::Mailstore::Extract::header, emails);
  std::vector<Outline> outlines;
  outlines.reserve(emails.size());
  for (std::size_t i = 0; i < emails.size(); ++i) {
    if (extracts[i]) {
      outlines.emplace_back(message::make_envelope(
          message::Header(std::string(mailstore::HeaderExtract(*extracts[i]).lines())), parts));
    } else {
      outlines.push_back(outline_of_whole(store, account, emails[i], parts));
    }
  }
  return outlines;
}

}  // namespace freehold::imap
