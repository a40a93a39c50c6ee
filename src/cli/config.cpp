#include "cli/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "directory/address.hpp"

namespace freehold::cli {

namespace {

std::string place(const std::filesystem::path& file, const toml::source_region& source) {
  return file.string() + ":" + std::to_string(source.begin.line);
}

// Reads one table; remembers the first thing that is wrong.
class Section {
 public:
  Section(const std::filesystem::path& file, const toml::table& table, std::string name)
      : file_(file), table_(table), name_(std::move(name)) {}

  template <class T>
  void get(std::string_view key, T& into) {
    known_.insert(std::string(key));
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (const auto value = node->value_exact<bool>()) return void(into = *value);
      fail(*node, key, "true or false");
    } else if constexpr (std::is_integral_v<T>) {
      const auto value = node->value_exact<std::int64_t>();
      if (value && *value >= 0 && std::in_range<T>(*value))
        return void(into = static_cast<T>(*value));
      fail(*node, key, "a whole number in range");
    } else {
      if (const auto value = node->value_exact<std::string>()) return void(into = *value);
      fail(*node, key, "a text in quotes");
    }
  }

  // A list of texts, each read by `parse`.
  template <class T>
  void list(std::string_view key, std::vector<T>& into, std::optional<T> (*parse)(std::string_view),
            const char* expected) {
    known_.insert(std::string(key));
    const auto* node = table_.get(key);
    if (node == nullptr) return;
    const auto* array = node->as_array();
    if (array == nullptr) return fail(*node, key, "a list of texts in brackets");
    for (const auto& item : *array) {
      const auto text = item.value_exact<std::string>();
      const auto value = text ? parse(*text) : std::nullopt;
      if (!value) return fail(item, key, expected);
      into.push_back(*value);
    }
  }

  template <class T>
  void choice(std::string_view key, T& into,
              std::initializer_list<std::pair<std::string_view, T>> choices) {
    std::string text;
    get(key, text);
    if (text.empty()) return;
    for (const auto& [name, value] : choices) {
      if (name == text) return void(into = value);
    }
    fail(*table_.get(key), key, "one of the words in the manual");
  }

  [[nodiscard]] Result<> finish() {
    for (const auto& [key, node] : table_) {
      if (problem_ || known_.contains(std::string(key.str())) || node.is_table()) continue;
      problem_ =
          problem(Problem::Kind::invalid, "the setting '" + qualified(key.str()) + "' is not known",
                  place(file_, node.source()), "see freehold.toml(5)");
    }
    if (problem_) return *problem_;
    return {};
  }

 private:
  std::string qualified(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + "." + std::string(key);
  }
  void fail(const toml::node& node, std::string_view key, const char* expected) {
    if (problem_) return;
    problem_ = problem(Problem::Kind::invalid, "'" + qualified(key) + "' has to be " + expected,
                       place(file_, node.source()), "see freehold.toml(5)");
  }

  const std::filesystem::path& file_;
  const toml::table& table_;
  std::string name_;
  std::set<std::string> known_;
  std::optional<Problem> problem_;
};

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
       s.get("threads", c.limits.threads);
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
    {"abuse",
     [](Section& s, Config& c) {
       s.list("allow", c.abuse.allow, net::Network::parse, kNetwork);
       s.get("greeting_pause_millis", c.abuse.greeting_pause_millis);
       s.get("ban", c.abuse.ban);
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
    if (!node.is_table()) continue;
    const auto* reader = std::ranges::find(kSections, std::string_view(key.str()), &Reader::name);
    if (reader == std::end(kSections)) {
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
  if (config.data.empty()) return invalid("'data' is missing", "data = \"/var/lib/freehold\"");
  const bool wants_tls = !config.listen.submission.empty() || !config.listen.submissions.empty() ||
                         !config.listen.imap.empty() || !config.listen.imaps.empty();
  if (wants_tls && (config.certificate.empty() || config.key.empty())) {
    return invalid("[tls] needs a certificate and a key",
                   "`freehold setup` makes a self-signed one to begin with");
  }
  if (config.allow_plain_login && !only_loopback(config.listen.imap)) {
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
