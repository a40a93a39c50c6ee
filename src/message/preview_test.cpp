#include "message/preview.hpp"

#include <gtest/gtest.h>

namespace freehold::message {
namespace {

TEST(HtmlText, IsWhatABrowserWouldShow) {
  const std::pair<std::string, std::string> cases[] = {
      {"<p>Hello <b>wor</b>ld</p>", "Hello world"},
      {"<p>one</p><p>two</p>", "one two"},
      {"one<br>two", "one two"},
      {"<style>p { color: red }</style>x", "x"},
      {"<STYLE>p</STYLE>x", "x"},
      {"<script>if (a < b) '</p>'</script>x", "x"},
      {"<head><title>t</title></head><body>x", "x"},
      {"<!-- no --><p>x</p>", "x"},
      {"<!-- never closed <p>x</p>", ""},
      {"<!DOCTYPE html>x", "x"},
      {"<a title=\"a > b\">x</a>", "x"},
      {"1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"},
      {"&uuml;&#252;&#xFC;&euro;", "üüü€"},
      {"a&nbsp;&nbsp;b", "a b"},
      {"&nosuch; &", "&nosuch; &"},
      {"&#0;&#xD800;&#x110000;&#99999999;x", "&#99999999;x"},
      {"<style>never closed", ""},
      {"<p", ""},
      {"<", "<"},
  };
  for (const auto& [html, expected] : cases) {
    EXPECT_EQ(preview_of(text_of_html(html, 1000), 256), expected) << html;
  }
}

TEST(Preview, FoldsAndCutsByCharacters) {
  EXPECT_EQ(preview_of("  a \r\n\r\n b\t\tc ", 256), "a b c");
  EXPECT_EQ(preview_of("üüüü", 2), "üü");
  EXPECT_EQ(preview_of("ab cd", 3), "ab");
  EXPECT_EQ(preview_of("a\u200b\u00ad\ufeff\u00a0b", 256), "a b");
  EXPECT_EQ(preview_of("", 256), "");
}

}  // namespace
}  // namespace freehold::message
