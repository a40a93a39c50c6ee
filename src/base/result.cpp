#include "base/result.hpp"

namespace freehold {

std::string Problem::text() const {
  std::string line = where.empty() ? what : where + ": " + what;
  if (!fix.empty()) line += " (" + fix + ")";
  return line;
}

Problem problem(Problem::Kind kind, std::string what, std::string where, std::string fix) {
  return {kind, std::move(what), std::move(where), std::move(fix)};
}

void throw_exception_from_error(const Problem& problem, const boost::source_location& at) {
  throw std::logic_error(problem.text() + " (unchecked at " + at.to_string() + ")");
}

}  // namespace freehold
