#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace freehold {

// What went wrong in words for the person who can mend it. Carried by everything that a person will
// read: configuration, command line, API, store. Protocol code that only decides between "go on"
// and "hang up" uses IoResult instead.
struct Problem {
  enum class Kind {
    invalid,      // the request or the file is wrong; nothing was changed
    not_found,    // the named thing does not exist
    exists,       // the named thing exists already
    denied,       // known, but not allowed
    conflict,     // somebody else changed it meanwhile; the same request may succeed when repeated
    unavailable,  // not now (disk low, peer away, shutting down); the same request may succeed
                  // later
    corrupt,      // stored data contradicts itself
    internal,     // a bug
  };

  Kind kind = Kind::internal;
  std::string what;   // "domain example.test exists already"
  std::string where;  // "freehold.toml:12", "argument --quota"; may be empty
  std::string fix;    // "use `freehold domain list` to see it"; may be empty

  // One line: "where: what (fix)".
  [[nodiscard]] std::string text() const;
};

template <class T = void>
using Result = boost::system::result<T, Problem>;

// The outcome of a read, write, connect or lookup.
template <class T = void>
using IoResult = boost::system::result<T>;

using boost::system::error_code;

[[nodiscard]] Problem problem(Problem::Kind kind, std::string what, std::string where = {},
                              std::string fix = {});

// Called by Result<T>::value() when there is none: a bug in the caller, who has to look first.
[[noreturn]] void throw_exception_from_error(const Problem& problem,
                                             const boost::source_location& at);

}  // namespace freehold
