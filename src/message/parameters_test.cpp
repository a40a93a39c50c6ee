#include "message/parameters.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

std::string shown(const Parameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) out += "[" + name + "=" + value + "]";
  return out;
}

TEST(MediaType, IsReadFromOrderlyAndBrokenFields) {
  const std::pair<std::string, std::string> cases[] = {
      {"text/plain", "text/plain"},
      {"TEXT/Plain; Charset=UTF-8", "text/plain[charset=UTF-8]"},
      {"text/plain; charset=us-ascii (Plain text)", "text/plain[charset=us-ascii]"},
      {"text/plain; charset=\"us-ascii\"", "text/plain[charset=us-ascii]"},
      {"text / plain ; charset = utf-8", "text/plain[charset=utf-8]"},
      {"multipart/mixed; boundary=\"a b;c\"", "multipart/mixed[boundary=a b;c]"},
      {"multipart/mixed;\r\n\tboundary=\"----=_Part\"", "multipart/mixed[boundary=----=_Part]"},
      {"multipart/mixed; boundary=----=_Part", "multipart/mixed[boundary=----=_Part]"},
      {"text/plain; charset=utf-8;", "text/plain[charset=utf-8]"},
      {"text/plain;; ;charset=utf-8", "text/plain[charset=utf-8]"},
      {"text/plain charset=utf-8", "text/plain"},
      {"text/plain; novalue; charset=utf-8", "text/plain[charset=utf-8]"},
      {"text/plain; charset=", "text/plain[charset=]"},
      {"text/plain; charset=a; charset=b", "text/plain[charset=a]"},
      {"text", "text/plain"},
      {"garbage", "/"},
      {"", "/"},
      {"/", "/"},
      {"a/b; name=my file.pdf", "a/b[name=my file.pdf]"},
      {"a/b; name=\"=?utf-8?q?Gr=C3=BC=C3=9Fe.pdf?=\"", "a/b[name=Grüße.pdf]"},
      {"a/b; name==?utf-8?q?Gr=C3=BC=C3=9Fe.pdf?=", "a/b[name=Grüße.pdf]"},
      {"a/b; name=\"gr\xfc.pdf\"", "a/b[name=grü.pdf]"},
      {"a/b; name*=utf-8''Gr%C3%BC%C3%9Fe", "a/b[name=Grüße]"},
      {"a/b; name*=iso-8859-1'de'Gr%FC", "a/b[name=Grü]"},
      {"a/b; name*=%C3%BC", "a/b[name=ü]"},
      {"a/b; name*0=one; name*1=two", "a/b[name=onetwo]"},
      {"a/b; name*1=two; name*0=one", "a/b[name=onetwo]"},
      {"a/b; name*0*=utf-8''%C3; name*1*=%BC; name*2=\" x\"", "a/b[name=ü x]"},
      {"a/b; name=plain; name*=utf-8''%C3%BC", "a/b[name=ü]"},
      {"a/b; name*=utf-8''100%", "a/b[name=100%]"},
      {"a/b; name=\"a\r\n b\"", "a/b[name=a b]"},
      {"a/b; name=\"un", "a/b[name=un]"},
  };
  for (const auto& [raw, expected] : cases) {
    const MediaType type = parse_media_type(raw);
    EXPECT_EQ(type.type + "/" + type.subtype + shown(type.parameters), expected) << raw;
  }
}

TEST(Parameters, ComeBackAsTheyWereWritten) {
  for (const char* value :
       {"simple", "with space", "Grüße.pdf", "a\"b\\c", "", " blanks ", "two  blanks", "semi;colon",
        "a very long file name that does not fit into a line of a header, and so is cut in "
        "parts.pdf"}) {
    const Parameters in = {{"filename", value}, {"size", "12"}};
    EXPECT_EQ(parse_parameterized("attachment" + format_parameters(in)).parameters, in) << value;
  }
}

TEST(Parameters, AreBounded) {
  std::string many = "a/b";
  for (int i = 0; i < 10'000; ++i) many += ";p" + std::to_string(i) + "=1";
  EXPECT_LE(parse_media_type(many).parameters.size(), 100U);
}

}  // namespace
}  // namespace freehold::message
