#include "filter/links.hpp"

#include <gtest/gtest.h>

namespace freehold::filter {
namespace {

TEST(LinkTarget, IsTheHostThatABrowserWouldGoTo) {
  struct Case {
    const char* url;
    const char* host;
  };
  for (const auto& [url, host] : std::initializer_list<Case>{
           {"https://Example.COM/x?y", "example.com"},
           {"http://example.com:8080", "example.com"},
           {"//cdn.example.com/x", "cdn.example.com"},
           {"www.example.com", "www.example.com"},
           {"https://bank.example@evil.example/login", "evil.example"},
           {"https://b\xc3\xbc"
            "cher.example/",
            "xn--bcher-kva.example"},
           {"mailto:joe@example.com", ""},
           {"javascript:alert(1)", ""},
           {"https://localhost/", ""},
           {"", ""},
           {"://", ""},
       }) {
    EXPECT_EQ(link_target(url).host, host) << url;
  }
}

TEST(LinkTarget, TellsWhatHonestLinksDoNotHave) {
  EXPECT_TRUE(link_target("http://192.0.2.1/").is_address);
  EXPECT_TRUE(link_target("http://3232235777/").is_address);
  EXPECT_TRUE(link_target("http://0xc0.0xa8.1.1/").is_address);
  EXPECT_TRUE(link_target("http://[2001:db8::1]/").is_address);
  EXPECT_FALSE(link_target("http://example.com/").is_address);
  EXPECT_TRUE(link_target("https://a.example@b.example/").has_user);
  EXPECT_TRUE(link_target("https://b.example:8443/").has_port);
  EXPECT_FALSE(link_target("https://b.example:443/").has_port);
  EXPECT_TRUE(link_target("https://xn--bcher-kva.example/").international);
}

TEST(Links, OfTextEndWhereTheSentenceDoes) {
  const auto links = links_of_text("See (https://a.example/x), www.b.example. Or xhttp://no", 9);
  ASSERT_EQ(links.size(), 2U);
  EXPECT_EQ(links[0].url, "https://a.example/x");
  EXPECT_EQ(links[1].url, "www.b.example");
}

TEST(Links, ShowAHostOnlyWhenTheirTextIsOne) {
  EXPECT_EQ(shown_host("www.bank.example"), "www.bank.example");
  EXPECT_EQ(shown_host(" https://bank.example/login "), "bank.example");
  EXPECT_EQ(shown_host("bank.example/login"), "bank.example");
  for (const char* text : {"click here", "joe@bank.example", "Read more...", "v1.2", "3.5", ""}) {
    EXPECT_EQ(shown_host(text), "") << text;
  }
}

}  // namespace
}  // namespace freehold::filter
