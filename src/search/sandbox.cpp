#include "search/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <initializer_list>

namespace freehold::search {

namespace {

// In the child, before exec: system calls only, no memory, no locks.

void limit(int resource, rlim_t value) {
  const rlimit both{value, value};
  setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

constexpr std::uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// All that the first version of Landlock knows: what is not allowed by a rule is refused.
constexpr std::uint64_t kAll = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

// Files: nothing but what is named. A kernel without Landlock (before 5.13) refuses nothing.
void restrict_files(const std::vector<const char*>& readable) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = kAll;
  const auto rules =
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0));
  if (rules < 0) return;
  for (const char* path : readable) {
    const int at = open(path, O_PATH | O_CLOEXEC);
    if (at < 0) continue;
    landlock_path_beneath_attr beneath{};
    beneath.parent_fd = at;
    beneath.allowed_access = kRead;
    if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0) {
      beneath.allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;  // a file
      syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    }
    close(at);
  }
  syscall(SYS_landlock_restrict_self, rules, 0);
  close(rules);
}

void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_DFL);
}

struct Arrays {
  std::vector<char*> arguments;
  std::vector<const char*> readable;
};

[[noreturn]] void become(const Confinement& what, const Arrays& arrays) {
  constexpr int kFailed = 127;
  char* environment[] = {nullptr};
  reset_signals();
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (dup2(what.input, 0) < 0 || dup2(what.output, 1) < 0 || dup2(nowhere, 2) < 0) _exit(kFailed);
  syscall(SYS_close_range, 3, ~0U, 0);
  if (chdir(what.folder.c_str()) != 0) _exit(kFailed);
  limit(RLIMIT_CPU, what.cpu_seconds);
  limit(RLIMIT_AS, what.memory_bytes);
  limit(RLIMIT_FSIZE, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, what.open_files);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  restrict_files(arrays.readable);
  execve(arrays.arguments.front(), arrays.arguments.data(), environment);
  _exit(kFailed);
}

// A fork into other namespaces. The C library is not told, which does no harm before exec.
pid_t fork_into(unsigned long namespaces) {
  return static_cast<pid_t>(syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, 0));
}

}  // namespace

pid_t start_confined(const Confinement& what) {
  Arrays arrays;
  for (const auto& argument : what.command)
    arrays.arguments.push_back(const_cast<char*>(argument.c_str()));
  arrays.arguments.push_back(nullptr);
  for (const auto& path : what.readable) arrays.readable.push_back(path.c_str());
  auto child = fork_into(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC);
  if (child < 0) child = fork_into(0);
  if (child == 0) become(what, arrays);
  return child;
}

}  // namespace freehold::search
