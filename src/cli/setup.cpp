#include "cli/setup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fstream>
#include <thread>

#include "base/pool.hpp"
#include "directory/directory.hpp"
#include "net/tls.hpp"
#include "store/engine.hpp"

namespace freehold::cli {

namespace fs = std::filesystem;

namespace {

std::string configuration(const Setup& setup, const std::string& hostname, const fs::path& folder) {
  return "# Freehold's configuration; freehold.toml(5) explains every setting. What is not here "
         "lives in the store.\n"
         "hostname = \"" +
         hostname +
         "\"\n"
         "data = \"" +
         setup.data.string() +
         "\"\n"
         "\n"
         "[tls]\n"
         "certificate = \"" +
         (folder / "certificate.pem").string() +
         "\"\n"
         "key = \"" +
         (folder / "key.pem").string() +
         "\"\n"
         "\n"
         "[listen]\n"
         "smtp = [\"0.0.0.0:25\", \"[::]:25\"]\n"
         "submission = [\"0.0.0.0:587\", \"[::]:587\"]\n"
         "submissions = [\"0.0.0.0:465\", \"[::]:465\"]\n"
         "imap = [\"0.0.0.0:143\", \"[::]:143\"]\n"
         "imaps = [\"0.0.0.0:993\", \"[::]:993\"]\n"
         "pop3 = [\"0.0.0.0:110\", \"[::]:110\"]\n"
         "pop3s = [\"0.0.0.0:995\", \"[::]:995\"]\n";
}

std::string next_steps(const std::string& hostname, const std::string& domain,
                       const fs::path& config_file) {
  const auto option = config_file == "/etc/freehold/freehold.toml"
                          ? std::string()
                          : " --config " + config_file.string();
  return "The configuration is " + config_file.string() +
         ".\n\nNext:\n"
         "  1. Start the server:         freehold" +
         option +
         " serve\n"
         "  2. Add the first account:    freehold" +
         option + " account add you@" + domain +
         "\n"
         "  3. Tell the DNS:             " +
         domain + ". MX 10 " + hostname + ".   and an A/AAAA record for " + hostname +
         ".\n"
         "  4. Replace the self-signed certificate in " +
         config_file.parent_path().string() +
         " by a real one, then: kill -HUP\n"
         "  5. If this address may not send mail: freehold" +
         option + " relay add HOST --user USER\n";
}

// Runs a coroutine to its end in this thread. The context outlives what completes the task from
// other threads.
template <class T>
T run_now(boost::asio::io_context& context, awaitable<T> task) {
  auto result = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  // What the task waits for is completed by other threads.
  const auto work = boost::asio::make_work_guard(context);
  while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context.run_one();
  return result.get();
}

Result<> add_first_domain(const Setup& setup, const std::string& domain) {
  boost::asio::io_context context;
  store::EngineSettings settings;
  settings.folder = setup.data / "store";
  auto engine = store::open_rocksdb(settings, true);
  if (!engine) return engine.error();
  Pool pool(1);
  directory::Directory directory(**engine, pool, system_clock());
  auto added = run_now(context, directory.add_domain(domain));
  if (!added && added.error().kind != Problem::Kind::exists) return added;
  return {};
}

}  // namespace

Result<std::string> run_setup(const Setup& setup, const fs::path& config_file) {
  const auto hostname = directory::canonical_domain(setup.hostname);
  if (!hostname) return hostname.error();
  const auto domain = directory::canonical_domain(setup.domain);
  if (!domain) return domain.error();
  if (fs::exists(config_file)) {
    return problem(Problem::Kind::exists, "there is a configuration already", config_file.string(),
                   "edit it, or name another file with --config");
  }
  std::error_code error;
  const auto file = fs::absolute(config_file);
  const auto folder = file.parent_path();
  fs::create_directories(folder, error);
  fs::create_directories(setup.data, error);
  fs::permissions(setup.data, fs::perms::owner_all, error);
  if (error) {
    return problem(Problem::Kind::unavailable, "the folder cannot be made: " + error.message(),
                   setup.data.string(), "run it as the user who may, or choose --data");
  }
  Setup absolute = setup;
  absolute.data = fs::absolute(setup.data);
  if (!fs::exists(folder / "key.pem")) {
    const auto made = net::write_self_signed(*hostname, (folder / "certificate.pem").string(),
                                             (folder / "key.pem").string());
    if (!made) return made.error();
  }
  if (auto added = add_first_domain(absolute, *domain); !added) return added.error();
  // The configuration last: when it is there, all else is.
  std::ofstream out(file);
  out << configuration(absolute, *hostname, folder);
  out.close();
  if (!out)
    return problem(Problem::Kind::unavailable, "the configuration cannot be written",
                   file.string());
  return next_steps(*hostname, *domain, file);
}

}  // namespace freehold::cli
