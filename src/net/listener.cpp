#include "net/listener.hpp"

#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "net/socket_address.hpp"

namespace freehold::net {

namespace {

// The kernel cuts it to net.core.somaxconn.
constexpr int kBacklog = 4096;
// Whom the directory lets in at all, our own user only; or a group too, when one is named.
constexpr mode_t kSocketMode = 0600;
constexpr mode_t kGroupSocketMode = 0660;

Problem cannot_listen(const std::string& where, int error) {
  std::string fix;
  if (error == EADDRINUSE) fix = "another program listens there; stop it or choose another port";
  if (error == EACCES)
    fix = "ports below 1024 need CAP_NET_BIND_SERVICE, files a writable directory";
  if (error == EADDRNOTAVAIL) fix = "this machine does not have that address";
  return problem(Problem::Kind::unavailable, std::string("cannot listen: ") + std::strerror(error),
                 where, std::move(fix));
}

Descriptor open_socket(int family) {
  return Descriptor(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

Result<OpenListener> finish(Descriptor descriptor, const std::string& where,
                            std::string made_path) {
  if (listen(descriptor.get(), kBacklog) != 0) return cannot_listen(where, errno);
  const Endpoint at = SocketAddress::local(descriptor.get()).endpoint();
  return OpenListener{std::move(descriptor), at, std::move(made_path)};
}

Result<OpenListener> open_tcp(const Endpoint& endpoint) {
  const SocketAddress address(endpoint);
  Descriptor descriptor = open_socket(address.family());
  if (!descriptor) return cannot_listen(endpoint.text(), errno);
  const int on = 1;
  const int off = 0;
  setsockopt(descriptor.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // [::] is every address, IPv4's too, unless somebody already has those.
  setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(descriptor.get(), address.get(), address.size()) != 0) {
    if (endpoint.address.is_v4() || errno != EADDRINUSE)
      return cannot_listen(endpoint.text(), errno);
    setsockopt(descriptor.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(descriptor.get(), address.get(), address.size()) != 0) {
      return cannot_listen(endpoint.text(), errno);
    }
  }
  return finish(std::move(descriptor), endpoint.text(), {});
}

// A socket's file stays behind when its program is killed. It is stale when nobody answers there.
bool is_stale(const std::string& path, const SocketAddress& address) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0 || !S_ISSOCK(info.st_mode)) return false;
  const Descriptor probe = open_socket(AF_UNIX);
  return probe && connect(probe.get(), address.get(), address.size()) != 0 && errno == ECONNREFUSED;
}

Result<> open_to_group(const std::string& path, const std::string& name) {
  const group* found = getgrnam(name.c_str());
  if (found == nullptr) {
    return problem(Problem::Kind::invalid, "there is no group '" + name + "'", path,
                   "name the group that the other mail server runs in, such as postfix");
  }
  // The group first: the mode must never be for a group that was not meant.
  if (chown(path.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0 ||
      chmod(path.c_str(), kGroupSocketMode) != 0) {
    return problem(
        Problem::Kind::denied,
        "the socket cannot be given to the group '" + name + "': " + std::strerror(errno), path,
        "make the user of Freehold a member of that group");
  }
  return {};
}

Result<OpenListener> open_unix(const std::string& path, const std::string& group) {
  const auto address = SocketAddress::unix_path(path);
  if (!address) {
    return problem(Problem::Kind::invalid, "cannot listen: the path is empty or too long", path,
                   "use a path of at most 107 bytes");
  }
  if (is_stale(path, *address)) unlink(path.c_str());
  Descriptor descriptor = open_socket(AF_UNIX);
  if (!descriptor) return cannot_listen(path, errno);
  fchmod(descriptor.get(), kSocketMode);  // bind(2) makes the file with the socket's own mode
  if (bind(descriptor.get(), address->get(), address->size()) != 0)
    return cannot_listen(path, errno);
  if (!group.empty()) {
    if (auto given = open_to_group(path, group); !given) return given.error();
  }
  return finish(std::move(descriptor), path, path);
}

// The names are one allocation each, and one for the list.
struct ActivatedNames {
  char** names = nullptr;
  ~ActivatedNames() {
    for (char** name = names; name != nullptr && *name != nullptr; ++name) std::free(*name);
    std::free(names);
  }
};

// sd_listen_fds(3).
std::optional<Descriptor> activated(const std::string& name) {
  ActivatedNames list;
  const int count = sd_listen_fds_with_names(0, &list.names);
  for (int i = 0; i < count; ++i) {
    const int descriptor = SD_LISTEN_FDS_START + i;
    if (name != list.names[i] || sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) <= 0) continue;
    const int flags = fcntl(descriptor, F_GETFL);
    fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
    return Descriptor(descriptor);
  }
  return {};
}

}  // namespace

Result<OpenListener> open_listener(const ListenerSettings& settings) {
  if (auto descriptor = activated(settings.name)) {
    return finish(std::move(*descriptor), "systemd socket " + settings.name, {});
  }
  if (const auto* endpoint = std::get_if<Endpoint>(&settings.at)) return open_tcp(*endpoint);
  return open_unix(std::get<std::string>(settings.at), settings.unix_group);
}

void notify_systemd(const char* state) { sd_notify(0, state); }

}  // namespace freehold::net
