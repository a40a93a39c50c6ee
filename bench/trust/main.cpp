// What signing, checking and judging a message costs: freehold_trust_bench [SECONDS]

#include <cstdlib>

#include "checks.hpp"
#include "signatures.hpp"

int main(int count, char** arguments) {
  const double seconds = count > 1 ? std::atof(arguments[1]) : 2;
  freehold::bench::measure_signatures(seconds);
  freehold::bench::measure_checks(seconds);
}
