#include "imap/fetch_items.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace freehold::imap {

namespace {

using Kind = FetchItem::Kind;
using What = Section::What;

constexpr std::size_t kMaxPartDepth = 64;
constexpr std::size_t kMaxItems = 256;

// "[" section "]", and its text for the answer.
Section read_section(Lexer& lexer, std::string& label, bool parts_only) {
  Section section;
  lexer.expect('[');
  label += '[';
  while (is_digit(lexer.peek())) {
    const auto number = lexer.number();
    if (number == 0 || section.part.size() >= kMaxPartDepth)
      lexer.fail("a part number is out of range");
    section.part.push_back(number);
    label += std::to_string(number);
    if (!lexer.skip('.')) break;
    label += '.';
  }
  if (lexer.failed()) return section;
  if (lexer.peek() != ']') {
    std::string word;
    while (is_alpha(lexer.peek()) || lexer.peek() == '.') {
      word += ascii_upper(lexer.peek());
      static_cast<void>(lexer.skip(lexer.peek()));
    }
    label += word;
    if (parts_only)
      lexer.fail("only part numbers are allowed here");
    else if (word == "HEADER")
      section.what = What::header;
    else if (word == "TEXT")
      section.what = What::text;
    else if (word == "MIME" && !section.part.empty())
      section.what = What::mime;
    else if (word == "HEADER.FIELDS")
      section.what = What::header_fields;
    else if (word == "HEADER.FIELDS.NOT")
      section.what = What::header_fields_not;
    else
      lexer.fail("this section is not known");
    if (word.starts_with("HEADER.FIELDS")) {
      lexer.space();
      lexer.expect('(');
      label += " (";
      while (!lexer.failed() && !lexer.skip(')')) {
        section.fields.push_back(lexer.astring());
        label += section.fields.back();
        if (lexer.peek() != ')') {
          lexer.space();
          label += ' ';
        }
      }
      label += ')';
      if (section.fields.empty()) lexer.fail("a field name is missing");
    }
  } else if (label.ends_with('.')) {
    lexer.fail("a section is not well-formed");
  }
  lexer.expect(']');
  label += ']';
  return section;
}

void read_partial(Lexer& lexer, FetchItem& item) {
  if (!lexer.skip('<')) return;
  const auto offset = lexer.number64();
  lexer.expect('.');
  const auto count = lexer.number64();
  lexer.expect('>');
  if (count == 0) lexer.fail("a partial range is empty");
  item.partial.emplace(offset, count);
  item.label += '<' + std::to_string(offset) + '>';
}

FetchItem whole(std::string label, What what, bool peek) {
  FetchItem item;
  item.kind = Kind::section;
  item.label = std::move(label);
  item.section.what = what;
  item.peek = peek;
  return item;
}

FetchItem simple(Kind kind) {
  FetchItem item;
  item.kind = kind;
  return item;
}

struct Named {
  std::string_view word;
  Kind kind;
};
constexpr Named kOfExtensions[] = {
    {"SAVEDATE", Kind::saved_date},     {"EMAILID", Kind::email_id},
    {"THREADID", Kind::thread_id},      {"X-GM-MSGID", Kind::gm_message_id},
    {"X-GM-THRID", Kind::gm_thread_id}, {"X-GM-LABELS", Kind::gm_labels},
};

// RFC 8970, 3: "PREVIEW" or "PREVIEW (LAZY)". Ours is made when the message comes, so it is never
// too slow to be told.
void read_preview(Lexer& lexer, FetchRequest& request) {
  request.items.push_back(simple(Kind::preview));
  if (!lexer.rest().starts_with(" (") || istarts_with(lexer.rest(), " (CHANGEDSINCE") ||
      istarts_with(lexer.rest(), " (PARTIAL") || istarts_with(lexer.rest(), " (VANISHED")) {
    return;
  }
  lexer.space();
  lexer.expect('(');
  if (lexer.keyword() != "LAZY") lexer.fail("this modifier of PREVIEW is not known");
  lexer.expect(')');
}

void read_item(Lexer& lexer, FetchRequest& request) {
  std::string word;
  while (is_alpha(lexer.peek()) || is_digit(lexer.peek()) || lexer.peek() == '.' ||
         lexer.peek() == '-') {
    word += ascii_upper(lexer.peek());
    static_cast<void>(lexer.skip(lexer.peek()));
  }
  auto& items = request.items;
  if (items.size() >= kMaxItems) return lexer.fail("too many items");
  if (word == "PREVIEW") return read_preview(lexer, request);
  const auto* extension = std::ranges::find(kOfExtensions, std::string_view(word), &Named::word);
  if (extension != std::end(kOfExtensions)) {
    items.push_back(simple(extension->kind));
    return;
  }
  if (word == "UID")
    items.push_back(simple(Kind::uid));
  else if (word == "FLAGS")
    items.push_back(simple(Kind::flags));
  else if (word == "INTERNALDATE")
    items.push_back(simple(Kind::internal_date));
  else if (word == "RFC822.SIZE")
    items.push_back(simple(Kind::size));
  else if (word == "MODSEQ")
    items.push_back(simple(Kind::modseq));
  else if (word == "ENVELOPE")
    items.push_back(simple(Kind::envelope));
  else if (word == "BODYSTRUCTURE")
    items.push_back(simple(Kind::body_structure));
  else if (word == "RFC822")
    items.push_back(whole("RFC822", What::all, false));
  else if (word == "RFC822.HEADER")
    items.push_back(whole("RFC822.HEADER", What::header, true));
  else if (word == "RFC822.TEXT")
    items.push_back(whole("RFC822.TEXT", What::text, false));
  else if (word == "BODY" && lexer.peek() != '[')
    items.push_back(simple(Kind::body_structure_basic));
  else if (word == "BODY" || word == "BODY.PEEK" || word == "BINARY" || word == "BINARY.PEEK" ||
           word == "BINARY.SIZE") {
    FetchItem item;
    const bool binary = word.starts_with("BINARY");
    item.kind = word == "BINARY.SIZE" ? Kind::binary_size : binary ? Kind::binary : Kind::section;
    item.peek = word.ends_with(".PEEK") || word == "BINARY.SIZE";
    item.label = word.ends_with(".PEEK") ? word.substr(0, word.size() - 5) : word;
    item.section = read_section(lexer, item.label, binary);
    if (item.kind != Kind::binary_size) read_partial(lexer, item);
    items.push_back(std::move(item));
  } else {
    lexer.fail("the FETCH item '" + word + "' is not known");
  }
}

void read_items(Lexer& lexer, FetchRequest& request) {
  const auto add = [&](std::initializer_list<Kind> kinds) {
    for (const auto kind : kinds) request.items.push_back(simple(kind));
  };
  if (lexer.skip('(')) {
    while (!lexer.failed()) {
      read_item(lexer, request);
      if (lexer.skip(')')) return;
      lexer.space();
    }
  } else if (lexer.word("ALL")) {
    add({Kind::flags, Kind::internal_date, Kind::size, Kind::envelope});
  } else if (lexer.word("FAST")) {
    add({Kind::flags, Kind::internal_date, Kind::size});
  } else if (lexer.word("FULL")) {
    add({Kind::flags, Kind::internal_date, Kind::size, Kind::envelope, Kind::body_structure_basic});
  } else {
    read_item(lexer, request);
  }
}

void read_modifiers(Lexer& lexer, FetchRequest& request) {
  lexer.expect('(');
  do {
    const auto word = lexer.keyword();
    if (word == "VANISHED") {
      request.vanished = true;
      continue;
    }
    lexer.space();
    if (word == "CHANGEDSINCE")
      request.changed_since = lexer.number64();
    else if (word == "PARTIAL" && !request.partial)
      request.partial = read_partial_range(lexer);
    else
      lexer.fail("this FETCH modifier is not known");
  } while (lexer.skip(' '));
  lexer.expect(')');
  if (request.vanished && !request.changed_since) lexer.fail("VANISHED needs CHANGEDSINCE");
}

}  // namespace

FetchRequest read_fetch_list(Lexer& lexer) {
  FetchRequest request;
  if (lexer.peek() != '(') lexer.fail("a list of FETCH items is missing");
  read_items(lexer, request);
  return request;
}

std::optional<Section> parse_section(std::string_view text) {
  const auto bracketed = "[" + std::string(text) + "]";
  Lexer lexer(bracketed);
  std::string label;
  auto section = read_section(lexer, label, false);
  if (!lexer.done() || text.empty()) return std::nullopt;
  return section;
}

bool FetchRequest::sets_seen() const {
  return std::ranges::any_of(items, [](const FetchItem& item) { return !item.peek; });
}

bool FetchRequest::asks(Kind kind) const {
  return std::ranges::any_of(items, [kind](const FetchItem& item) { return item.kind == kind; });
}

FetchRequest read_fetch(Lexer& lexer) {
  FetchRequest request;
  read_items(lexer, request);
  if (lexer.skip(' ')) {
    read_modifiers(lexer, request);
  }
  return request;
}

}  // namespace freehold::imap
