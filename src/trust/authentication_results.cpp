#include "trust/authentication_results.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "message/charset.hpp"
#include "message/header_edit.hpp"
#include "message/scanner.hpp"
#include "trust/domain_name.hpp"
#include "trust/limits.hpp"

namespace freehold::trust {

namespace {

constexpr std::string_view kFieldName = "Authentication-Results";
constexpr std::size_t kPreferredLine = 78;  // RFC 5322, 2.1.1

bool is_visible(char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; }

// RFC 2045, 5.1, with UTF-8 (RFC 8601, 2.2 by RFC 6532)
bool is_token_character(char c) {
  return is_visible(c) && !std::string_view("()<>@,;:\\\"/[]?=").contains(c);
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_keyword_character(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_'; }

// RFC 5322, 3.2.3
bool is_dot_atom(std::string_view text) {
  const auto is_atom = [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c);
  };
  return std::ranges::all_of(text, is_atom) && !text.starts_with('.') && !text.ends_with('.') &&
         !text.contains("..");
}

// "anna@example.com" and "@example.com", which stand without quotes as a property's value.
bool is_plain_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const auto in_domain = [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.'; };
  return is_dot_atom(text.substr(0, at)) && !domain.empty() &&
         std::ranges::all_of(domain, in_domain);
}

// What may not be in a line becomes a space or a question mark.
std::string quoted_string(std::string_view text) {
  const bool readable = is_utf8(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) {
      out += ' ';
    } else {
      out += static_cast<unsigned char>(c) < 0x80 || readable ? c : '?';
    }
  }
  return out + '"';
}

std::string written(std::string_view text, std::size_t longest) {
  if (text.size() > longest) text = message::utf8_prefix(text, longest);
  return is_token(text) && is_utf8(text) ? std::string(text) : quoted_string(text);
}

std::string written(const AuthProperty& property) {
  const std::string name = property.type + "." + property.name + "=";
  if (property.value.size() <= kMaxAuthValue && is_plain_address(property.value)) {
    return name + property.value;
  }
  return name + written(property.value, kMaxAuthValue);
}

// One line, or several where the words do not fit into one.
void append_result(std::string& out, const AuthResult& result) {
  std::string line = "\t" + result.method;
  if (result.version != 1) line += "/" + std::to_string(result.version);
  line += "=" + result.result;
  const auto add = [&](const std::string& word) {
    if (line.size() + 1 + word.size() > kPreferredLine) {
      out += "\r\n" + std::exchange(line, "\t");
    } else {
      line += ' ';
    }
    line += word;
  };
  if (!result.reason.empty()) add("reason=" + written(result.reason, kMaxAuthReason));
  for (const AuthProperty& property : result.properties) add(written(property));
  out += "\r\n" + line;
}

class Reader {
 public:
  explicit Reader(std::string_view body) : in_(body) {}

  // The name at the beginning; empty when there is none.
  std::string authserv_id() {
    in_.skip_cfws();
    return value();
  }

  std::optional<AuthenticationResults> read() {
    AuthenticationResults out{.authserv_id = authserv_id()};
    if (out.authserv_id.empty()) return {};
    in_.skip_cfws();
    if (is_digit(in_.peek()) && !number(out.version)) return {};
    in_.skip_cfws();
    while (!in_.at_end()) {
      if (!in_.take(';')) return {};
      in_.skip_cfws();
      if (in_.at_end() || in_.peek() == ';') continue;
      std::optional<AuthResult> result = this->result();
      if (!result) return {};
      // "none" alone is no result (RFC 8601, 2.2)
      if (result->result.empty()) continue;
      if (out.results.size() >= kMaxAuthResults) return {};
      out.results.push_back(std::move(*result));
    }
    return out;
  }

 private:
  std::string keyword() { return to_lower(in_.take_while(is_keyword_character)); }

  std::string value() {
    if (in_.peek() == '"') return in_.quoted_string();
    return std::string(in_.take_while(is_token_character));
  }

  bool number(unsigned& out) {
    const auto digits = parse_number(in_.take_while(is_digit));
    if (!digits || *digits > 999) return false;
    out = static_cast<unsigned>(*digits);
    return true;
  }

  // Behind the equals sign. A quoted local part keeps its quotes.
  std::string property_value() {
    in_.skip_cfws();
    const auto is_part = [](char c) { return is_visible(c) && c != ';' && c != '('; };
    if (in_.peek() != '"') return std::string(in_.take_while(is_part));
    std::string text = in_.quoted_string();
    if (in_.peek() != '@') return text;
    std::string local = "\"";
    for (const char c : text) {
      if (c == '"' || c == '\\') local += '\\';
      local += c;
    }
    return local + '"' + std::string(in_.take_while(is_part));
  }

  std::optional<AuthResult> result() {
    AuthResult out{.method = keyword(), .result = {}};
    if (out.method.empty()) return {};
    in_.skip_cfws();
    if (out.method == "none" && (in_.at_end() || in_.peek() == ';')) return out;
    if (in_.take('/')) {
      in_.skip_cfws();
      if (!number(out.version)) return {};
      in_.skip_cfws();
    }
    if (!in_.take('=')) return {};
    in_.skip_cfws();
    out.result = keyword();
    if (out.result.empty()) return {};
    in_.skip_cfws();
    while (!in_.at_end() && in_.peek() != ';') {
      if (!detail(out)) return {};
      in_.skip_cfws();
    }
    return out;
  }

  // A reason, a property, or what others have invented.
  bool detail(AuthResult& out) {
    const std::string type = keyword();
    if (type.empty()) return false;
    in_.skip_cfws();
    std::string name;
    const bool dotted = in_.take('.');
    if (dotted) {
      in_.skip_cfws();
      name = keyword();
      if (name.empty()) return false;
      in_.skip_cfws();
    }
    if (!in_.take('=')) return false;
    std::string text = property_value();
    if (dotted) {
      if (out.properties.size() >= kMaxAuthProperties) return false;
      out.properties.push_back({type, std::move(name), std::move(text)});
    } else if (type == "reason") {
      out.reason = std::move(text);
    }
    return true;
  }

  message::Scanner in_;
};

bool is_same_server(std::string_view id, std::string_view ours) {
  const auto name = comparable_domain(id);
  return iequals(id, ours) || (name && name == comparable_domain(ours));
}

}  // namespace

const std::string* AuthResult::find(std::string_view type, std::string_view name) const {
  const auto found = std::ranges::find_if(properties, [&](const AuthProperty& property) {
    return property.type == type && property.name == name;
  });
  return found == properties.end() ? nullptr : &found->value;
}

std::string authentication_results_body(const AuthenticationResults& results) {
  std::string out = written(results.authserv_id, kMaxAuthValue);
  if (results.version != 1) out += " " + std::to_string(results.version);
  if (results.results.empty()) return out + "; none";
  for (const AuthResult& result : results.results) {
    out += ';';
    append_result(out, result);
  }
  return out;
}

std::string authentication_results_field(const AuthenticationResults& results) {
  return std::string(kFieldName) + ": " + authentication_results_body(results) + "\r\n";
}

std::optional<AuthenticationResults> parse_authentication_results(std::string_view body) {
  if (body.size() > kMaxAuthField) return {};
  return Reader(body).read();
}

std::string without_forged_results(std::string_view block, std::string_view authserv_id) {
  return message::without_fields(block, [&](std::string_view name, std::string_view value) {
    if (!iequals(name, kFieldName)) return false;
    const std::string id = Reader(value).authserv_id();
    return id.empty() || is_same_server(id, authserv_id);
  });
}

}  // namespace freehold::trust
