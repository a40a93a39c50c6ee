#include "cli/config.hpp"

#include <algorithm>
#include <cstdlib>

#include "cli/config_milters.hpp"
#include "cli/config_section.hpp"
#include "directory/address.hpp"

namespace freehold::cli {

namespace {

constexpr const char* kNetwork = "networks, such as \"192.0.2.0/24\"";
constexpr const char* kEndpoint = "addresses with ports, such as \"0.0.0.0:25\" or \"[::]:25\"";

// Sections by name, and what reads each.
struct Reader {
  std::string_view name;
  void (*read)(Section&, Config&);
};

template <class Text>
void get_path(Section& section, std::string_view key, Text& into) {
  std::string text = into.string();
  section.get(key, text);
  into = text;
}

constexpr Reader kSections[] = {
    {"tls",
     [](Section& s, Config& c) {
       get_path(s, "certificate", c.certificate);
       get_path(s, "key", c.key);
     }},
    {"listen",
     [](Section& s, Config& c) {
       s.list("smtp", c.listen.smtp, net::Endpoint::parse, kEndpoint);
       s.list("submission", c.listen.submission, net::Endpoint::parse, kEndpoint);
       s.list("submissions", c.listen.submissions, net::Endpoint::parse, kEndpoint);
       s.list("imap", c.listen.imap, net::Endpoint::parse, kEndpoint);
       s.list("imaps", c.listen.imaps, net::Endpoint::parse, kEndpoint);
       s.list("pop3", c.listen.pop3, net::Endpoint::parse, kEndpoint);
       s.list("pop3s", c.listen.pop3s, net::Endpoint::parse, kEndpoint);
       s.list("https", c.listen.https, net::Endpoint::parse, kEndpoint);
       get_path(s, "lmtp", c.listen.lmtp);
       s.get("lmtp_group", c.listen.lmtp_group);
       s.get("metrics", c.listen.metrics);
     }},
    {"limits",
     [](Section& s, Config& c) {
       s.get("message_bytes", c.limits.message_bytes);
       s.get("low_disk_bytes", c.limits.low_disk_bytes);
       s.get("connections", c.limits.connections);
       s.get("connections_per_prefix", c.limits.connections_per_prefix);
       s.get("imap_sessions_per_account", c.limits.imap_sessions_per_account);
       s.get("threads", c.limits.threads);
       s.get("imap_messages", c.limits.imap_messages);
     }},
    {"dns",
     [](Section& s, Config& c) {
       s.list("forwarders", c.dns.forwarders, net::Endpoint::parse, kEndpoint);
       s.get("trust_anchor", c.dns.trust_anchor);
     }},
    {"outbound",
     [](Section& s, Config& c) {
       s.get("smtp_port", c.outbound.smtp_port);
       s.get("ca_file", c.outbound.ca_file);
       s.get("prefer_ipv4", c.outbound.prefer_ipv4);
       s.get("private_addresses", c.outbound.private_addresses);
     }},
    {"queue",
     [](Section& s, Config& c) {
       s.get("first_retry_seconds", c.queue.first_retry_seconds);
       s.get("expire_hours", c.queue.expire_hours);
       s.get("delay_notice_minutes", c.queue.delay_notice_minutes);
     }},
    {"mail", [](Section& s, Config& c) { s.get("undelete_days", c.mail.undelete_days); }},
    {"abuse",
     [](Section& s, Config& c) {
       s.list("allow", c.abuse.allow, net::Network::parse, kNetwork);
       s.get("greeting_pause_millis", c.abuse.greeting_pause_millis);
       s.get("ban", c.abuse.ban);
     }},
    {"trust",
     [](Section& s, Config& c) {
       s.list(
           "sealers", c.trust.sealers,
           +[](std::string_view text) -> std::optional<std::string> {
             const auto domain = directory::canonical_domain(text);
             if (domain) return *domain;
             return std::nullopt;
           },
           "a domain name");
     }},
    {"filter",
     [](Section& s, Config& c) {
       s.get("enabled", c.filter.enabled);
       s.get("junk", c.filter.junk);
       s.get("refuse", c.filter.refuse);
       s.get("greylist_from", c.filter.greylist_from);
       s.get("greylist", c.filter.greylist);
       s.get("first_time_delay_seconds", c.filter.first_time_delay_seconds);
       s.get("lists", c.filter.lists);
       s.get("spamhaus_key", c.filter.spamhaus_key);
     }},
    {"search",
     [](Section& s, Config& c) {
       s.get("enabled", c.search.enabled);
       s.commands("extractors", c.search.extractors);
     }},
    {"proxy",
     [](Section& s, Config& c) { s.list("trusted", c.proxies, net::Network::parse, kNetwork); }},
    {"log",
     [](Section& s, Config& c) {
       s.choice("level", c.log_level,
                {{"debug", log::Level::debug},
                 {"info", log::Level::info},
                 {"warning", log::Level::warning},
                 {"error", log::Level::error}});
       s.choice("format", c.log_format, {{"text", log::Format::text}, {"json", log::Format::json}});
     }},
};

Result<> read_sections(const std::filesystem::path& file, const toml::table& table,
                       Config& config) {
  for (const auto& [key, node] : table) {
    if (node.is_array_of_tables() && key.str() == "milter") {
      if (auto done = read_milters(file, *node.as_array(), config); !done) return done;
      continue;
    }
    if (!node.is_table() && !node.is_array_of_tables()) continue;
    const auto* reader = std::ranges::find(kSections, std::string_view(key.str()), &Reader::name);
    if (reader == std::end(kSections) || !node.is_table()) {
      return problem(Problem::Kind::invalid,
                     "the section [" + std::string(key.str()) + "] is not known",
                     place(file, node.source()), "see freehold.toml(5)");
    }
    Section section(file, *node.as_table(), std::string(key.str()));
    reader->read(section, config);
    if (auto done = section.finish(); !done) return done;
  }
  return {};
}

bool only_loopback(const std::vector<net::Endpoint>& endpoints) {
  return std::ranges::all_of(endpoints, [](const auto& e) { return e.address.is_loopback(); });
}

// Settings that are well-formed and still cannot be meant.
Result<> check(const Config& config) {
  const auto invalid = [&](std::string what, std::string fix) {
    return problem(Problem::Kind::invalid, std::move(what), config.file.string(), std::move(fix));
  };
  if (!directory::canonical_domain(config.hostname)) {
    return invalid("'hostname' is missing or no host name", "hostname = \"mail.example.org\"");
  }
  constexpr std::int64_t kLongestPause = 60'000;
  if (config.abuse.greeting_pause_millis > kLongestPause) {
    return invalid("'abuse.greeting_pause_millis' is more than a minute",
                   "clients give up; 1000 finds most of those who do not wait");
  }
  constexpr std::int64_t kLongestKept = 3650;
  if (config.mail.undelete_days < 0 || config.mail.undelete_days > kLongestKept) {
    return invalid("'mail.undelete_days' is not between 0 and 3650",
                   "14 is usual; 0 keeps nothing");
  }
  constexpr std::int64_t kLongestDelay = 60;
  if (config.filter.first_time_delay_seconds < 0 ||
      config.filter.first_time_delay_seconds > kLongestDelay) {
    return invalid("'filter.first_time_delay_seconds' is not between 0 and 60",
                   "10 is usual; 0 keeps nobody waiting");
  }
  if (config.filter.refuse < config.filter.junk) {
    return invalid("'filter.refuse' is below 'filter.junk'",
                   "what is refused has to look worse than what goes to Junk");
  }
  if (config.data.empty()) return invalid("'data' is missing", "data = \"/var/lib/freehold\"");
  const bool wants_tls = !config.listen.submission.empty() || !config.listen.submissions.empty() ||
                         !config.listen.imap.empty() || !config.listen.imaps.empty() ||
                         !config.listen.pop3.empty() || !config.listen.pop3s.empty() ||
                         !config.listen.https.empty();
  if (wants_tls && (config.certificate.empty() || config.key.empty())) {
    return invalid("[tls] needs a certificate and a key",
                   "`freehold setup` makes a self-signed one to begin with");
  }
  const bool plain_logins_stay_here =
      only_loopback(config.listen.imap) && only_loopback(config.listen.pop3);
  if (config.allow_plain_login && !plain_logins_stay_here) {
    return invalid("'allow_plain_login' sends passwords in clear text",
                   "it is accepted with loopback listeners only");
  }
  return {};
}

}  // namespace

Result<Config> read_config(const std::filesystem::path& file) {
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    if (!std::filesystem::exists(file)) {
      return problem(Problem::Kind::not_found, "there is no configuration", file.string(),
                     "make one with `freehold setup`, or name it with --config");
    }
    return problem(Problem::Kind::invalid, std::string(error.description()),
                   place(file, error.source()));
  }
  Config config;
  config.file = file;
  Section top(file, table, "");
  top.get("hostname", config.hostname);
  get_path(top, "data", config.data);
  get_path(top, "control", config.control);
  top.get("allow_plain_login", config.allow_plain_login);
  if (auto done = top.finish(); !done) return done.error();
  if (auto done = read_sections(file, table, config); !done) return done.error();
  if (auto done = check(config); !done) return done.error();
  if (config.control.empty()) config.control = config.data / "control.sock";
  return config;
}

std::filesystem::path default_config() {
  const char* named = std::getenv("FREEHOLD_CONFIG");
  return named != nullptr ? named : "/etc/freehold/freehold.toml";
}

}  // namespace freehold::cli
