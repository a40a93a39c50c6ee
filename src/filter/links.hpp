#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freehold::filter {

struct Link {
  std::string url;   // as written, entities decoded, cut
  std::string text;  // that a reader sees for it; empty in plain text, where it is the URL
};

// What a URL of a message leads to.
struct LinkTarget {
  std::string scheme;          // lower case
  std::string host;            // lower case, A-labels where it is a name; empty: none, or no host
  bool is_address = false;     // the host is an IP address, in any notation that browsers take
  bool has_user = false;       // "https://bank.example@evil.example/"
  bool has_port = false;       // other than the usual one
  bool international = false;  // the host has characters outside ASCII, or xn-- labels
};

// Of "https://…", "http://…", "//host/…" and "www.…"; the host is empty for all else.
[[nodiscard]] LinkTarget link_target(std::string_view url);

// URLs in plain text, in order, at most `most` of them.
[[nodiscard]] std::vector<Link> links_of_text(std::string_view utf8, std::size_t most);

// The host that a text shown to a reader claims to be: "www.bank.example/login" → that host, "click
// here" → "".
[[nodiscard]] std::string shown_host(std::string_view text);

}  // namespace freehold::filter
