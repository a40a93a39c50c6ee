#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace freehold::search {

// A process that is about to be confined. All of it is made before the fork: behind it only system
// calls are allowed, since other threads may have held any lock.
struct Confinement {
  std::vector<std::string> command;   // the program by its absolute path
  std::string folder;                 // its working folder
  std::vector<std::string> readable;  // folders and files that it may read and run
  int input = -1;                     // become its standard input and output
  int output = -1;
  std::uint64_t cpu_seconds = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t open_files = 0;
};

// Starts it: in namespaces of its own for users, network, processes and IPC where that is allowed,
// else without. -1: it could not be forked. Killing the process ends all that it started, where it
// has the namespace.
[[nodiscard]] pid_t start_confined(const Confinement& what);

}  // namespace freehold::search
