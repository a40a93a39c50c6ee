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

void read_item(Lexer& lexer, FetchRequest& request) {
  std::string word;
  while (is_alpha(lexer.peek()) || is_digit(lexer.peek()) || lexer.peek() == '.') {
    word += ascii_upper(lexer.peek());
    static_cast<void>(lexer.skip(lexer.peek()));
  }
  auto& items = request.items;
  if (items.size() >= kMaxItems) return lexer.fail("too many items");
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

}  // namespace

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
    lexer.expect('(');
    if (!lexer.word("CHANGEDSINCE")) lexer.fail("this FETCH modifier is not known");
    lexer.space();
    request.changed_since = lexer.number64();
    lexer.expect(')');
  }
  return request;
}

}  // namespace freehold::imap
