#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "base/utf8.hpp"
#include "smtp/command.hpp"
#include "smtp/limits.hpp"
#include "smtp/xtext.hpp"

namespace freehold::smtp {

namespace {

// RFC 5321, 4.1.2: esmtp-param = keyword ["=" value].
struct Parameter {
  std::string_view keyword;
  std::optional<std::string_view> value;
};

Reply wrong(std::string what) { return Reply(501, {5, 5, 4}, std::move(what)); }

bool is_keyword(std::string_view text) {
  const auto allowed = [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; };
  return !text.empty() && text.front() != '-' && std::ranges::all_of(text, allowed);
}

bool is_value(std::string_view text) {
  const auto allowed = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '=' && c != 0x7F;
  };
  return !text.empty() && std::ranges::all_of(text, allowed) && is_utf8(text);
}

std::expected<std::vector<Parameter>, Reply> split(std::string_view text) {
  std::vector<Parameter> out;
  if (!text.empty() && text.front() != ' ') return std::unexpected(wrong("junk after the address"));
  while (true) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    if (text.empty()) return out;
    if (out.size() == kMaxParameters) return std::unexpected(wrong("too many parameters"));
    const std::string_view word = text.substr(0, text.find(' '));
    const std::size_t equals = word.find('=');
    Parameter p{word.substr(0, equals), std::nullopt};
    if (equals != word.npos) p.value = word.substr(equals + 1);
    if (!is_keyword(p.keyword) || (p.value && !is_value(*p.value))) {
      return std::unexpected(wrong("malformed parameter"));
    }
    const auto same = [&p](const Parameter& o) { return iequals(o.keyword, p.keyword); };
    if (std::ranges::any_of(out, same)) {
      return std::unexpected(wrong(to_upper(p.keyword) + " given twice"));
    }
    out.push_back(p);
    text.remove_prefix(word.size());
  }
}

// The words of one parameter: its name, and what reads its value into `out` and says whether it was
// right.
template <class Out>
struct Reader {
  std::string_view keyword;
  bool has_value;
  bool (*read)(std::string_view value, Out& out);
};

template <class Out, std::size_t N>
std::expected<Out, Reply> read_all(std::string_view text, const Reader<Out> (&readers)[N]) {
  const auto parameters = split(text);
  if (!parameters) return std::unexpected(parameters.error());
  Out out;
  for (const Parameter& p : *parameters) {
    const auto reader = std::ranges::find_if(
        readers, [&p](const Reader<Out>& r) { return iequals(r.keyword, p.keyword); });
    if (reader == std::end(readers)) {
      return std::unexpected(
          Reply(555, {5, 5, 4}, "parameter " + to_upper(p.keyword) + " is not supported"));
    }
    if (reader->has_value != p.value.has_value() || !reader->read(p.value.value_or(""), out)) {
      return std::unexpected(wrong("malformed " + std::string(reader->keyword)));
    }
  }
  return out;
}

bool read_size(std::string_view value, MailParameters& out) {
  out.size = value.size() <= 20 ? parse_number(value) : std::nullopt;
  return out.size.has_value();
}

bool read_body(std::string_view value, MailParameters& out) {
  if (iequals(value, "7BIT")) {
    out.body = BodyType::seven_bit;
  } else if (iequals(value, "8BITMIME")) {
    out.body = BodyType::eight_bit;
  } else if (iequals(value, "BINARYMIME")) {
    out.body = BodyType::binary;
  } else {
    return false;
  }
  return true;
}

bool read_ret(std::string_view value, MailParameters& out) {
  if (iequals(value, "FULL")) out.ret = DsnReturn::full;
  if (iequals(value, "HDRS")) out.ret = DsnReturn::headers;
  return out.ret.has_value();
}

bool read_envid(std::string_view value, MailParameters& out) {
  const auto text = unxtext(value);
  if (!text || text->size() > kMaxEnvid || !is_ascii(*text)) return false;
  out.envid = *text;
  return true;
}

bool read_auth(std::string_view value, MailParameters& out) {
  const auto text = unxtext(value);
  if (!text) return false;
  out.auth = *text;
  return true;
}

bool read_notify(std::string_view value, RcptParameters& out) {
  DsnNotify notify;
  bool never = false;
  while (true) {
    const std::size_t comma = value.find(',');
    const std::string_view word = value.substr(0, comma);
    if (iequals(word, "NEVER")) {
      never = true;
    } else if (iequals(word, "SUCCESS")) {
      notify.success = true;
    } else if (iequals(word, "FAILURE")) {
      notify.failure = true;
    } else if (iequals(word, "DELAY")) {
      notify.delay = true;
    } else {
      return false;
    }
    if (comma == value.npos) break;
    value.remove_prefix(comma + 1);
  }
  if (never && notify != DsnNotify{}) return false;  // RFC 3461, 4.1: NEVER stands alone
  out.notify = notify;
  return true;
}

bool read_orcpt(std::string_view value, RcptParameters& out) {
  const std::size_t semicolon = value.find(';');
  if (semicolon == value.npos || semicolon == 0 || value.size() > kMaxOrcpt) return false;
  const std::string_view type = value.substr(0, semicolon);
  if (!is_keyword(type)) return false;
  const std::string_view address = value.substr(semicolon + 1);
  const auto text = iequals(type, "utf-8") ? unutf8_addr_xtext(address) : unxtext(address);
  if (!text || text->empty() || (!iequals(type, "utf-8") && !is_ascii(*text))) return false;
  out.orcpt_type = to_lower(type);
  out.orcpt = *text;
  return true;
}

bool set_smtputf8(std::string_view, MailParameters& out) { return out.smtputf8 = true; }
bool set_require_tls(std::string_view, MailParameters& out) { return out.require_tls = true; }

}  // namespace

std::expected<MailParameters, Reply> parse_mail_parameters(std::string_view text) {
  static constexpr Reader<MailParameters> readers[] = {
      {"SIZE", true, read_size},
      {"BODY", true, read_body},
      {"SMTPUTF8", false, set_smtputf8},
      {"RET", true, read_ret},
      {"ENVID", true, read_envid},
      {"AUTH", true, read_auth},
      {"REQUIRETLS", false, set_require_tls},
  };
  return read_all(text, readers);
}

std::expected<RcptParameters, Reply> parse_rcpt_parameters(std::string_view text) {
  static constexpr Reader<RcptParameters> readers[] = {
      {"NOTIFY", true, read_notify},
      {"ORCPT", true, read_orcpt},
  };
  return read_all(text, readers);
}

}  // namespace freehold::smtp
