#include "filter/links.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "filter/limits.hpp"
#include "message/charset.hpp"
#include "net/address.hpp"
#include "trust/domain_name.hpp"

namespace freehold::filter {

namespace {

constexpr std::string_view kUrlEnd = " \t\r\n<>\"'`|\\^{}";

// "3232235777", "0xc0.0xa8.1.1", "192.168.257": inet_aton's notations, which browsers take too.
bool is_numeric_host(std::string_view host) {
  bool digit = false;
  while (!host.empty()) {
    const std::size_t dot = host.find('.');
    std::string_view label = host.substr(0, dot);
    const bool hexadecimal = label.starts_with("0x");
    if (hexadecimal) label.remove_prefix(2);
    for (const char c : label) {
      if (!is_digit(c) && !(hexadecimal && c >= 'a' && c <= 'f')) return false;
      digit = true;
    }
    if (dot == std::string_view::npos) break;
    host.remove_prefix(dot + 1);
  }
  return digit;
}

void set_host(LinkTarget& target, std::string_view host) {
  while (host.ends_with('.')) host.remove_suffix(1);
  const std::string lower = to_lower(host);
  if (lower.starts_with('[') || is_numeric_host(lower)) {
    target.is_address = true;
    target.host = lower.substr(0, 64);
    return;
  }
  target.international =
      !is_ascii(host) || lower.starts_with("xn--") || lower.find(".xn--") != std::string::npos;
  if (host.find('.') == std::string_view::npos) return;
  if (auto name = trust::comparable_domain(host)) target.host = std::move(*name);
}

void read_authority(LinkTarget& target, std::string_view rest) {
  rest = rest.substr(0, std::min(rest.find_first_of("/?#\\"), rest.size()));
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    target.has_user = true;
    rest.remove_prefix(at + 1);
  }
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = rest.substr(colon + 1);
    target.has_port = !port.empty() && port != "80" && port != "443";
    rest = rest.substr(0, colon);
  }
  set_host(target, rest);
}

std::size_t url_begins(std::string_view text) {
  for (const std::string_view start : {"https://", "http://", "www."}) {
    if (istarts_with(text, start)) return start.size();
  }
  return 0;
}

}  // namespace

LinkTarget link_target(std::string_view url) {
  LinkTarget target;
  url = trim(url.substr(0, kMaxLinkBytes));
  if (istarts_with(url, "www.")) {
    target.scheme = "http";
    read_authority(target, url);
    return target;
  }
  const std::size_t colon = url.find(':');
  const std::size_t slashes = url.find("//");
  if (slashes != 0) {
    if (colon == std::string_view::npos || colon > 16) return target;
    target.scheme = to_lower(url.substr(0, colon));
    if (!std::ranges::all_of(target.scheme, [](char c) { return is_alpha(c) || c == '-'; })) {
      target.scheme.clear();
      return target;
    }
    if (slashes != colon + 1) return target;
  } else {
    target.scheme = "https";
  }
  read_authority(target, url.substr(slashes + 2));
  return target;
}

std::vector<Link> links_of_text(std::string_view utf8, std::size_t most) {
  std::vector<Link> links;
  for (std::size_t at = 0; at < utf8.size() && links.size() < most;) {
    // "http…" or "www.": most bytes are none of these.
    const char c = ascii_lower(utf8[at]);
    if (c != 'h' && c != 'w') {
      ++at;
      continue;
    }
    const bool begins_word =
        at == 0 || (!is_alpha(utf8[at - 1]) && !is_digit(utf8[at - 1]) && utf8[at - 1] != '.');
    const std::size_t start = begins_word ? url_begins(utf8.substr(at)) : 0;
    if (start == 0) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(utf8.find_first_of(kUrlEnd, at), utf8.size());
    std::string_view url = utf8.substr(at, std::min(end - at, kMaxLinkBytes));
    while (!url.empty() && std::string_view(".,;:!?)]*_").find(url.back()) != url.npos) {
      url.remove_suffix(1);
    }
    if (url.size() > start)
      links.push_back({std::string(message::utf8_prefix(url, url.size())), {}});
    at = end;
  }
  return links;
}

std::string shown_host(std::string_view text) {
  text = trim(text);
  if (const std::size_t begins = url_begins(text); begins != 0) return link_target(text).host;
  // A bare name: one word with a dot in it that could be a host, and no e-mail address.
  text = text.substr(0, std::min(text.find_first_of("/?#"), text.size()));
  if (text.size() > 253 || text.find_first_of(kUrlEnd) != std::string_view::npos) return {};
  if (text.find('@') != std::string_view::npos) return {};
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() - dot < 3) return {};
  if (!std::ranges::all_of(text.substr(dot + 1), is_alpha)) return {};
  return trust::comparable_domain(text).value_or(std::string());
}

}  // namespace freehold::filter
