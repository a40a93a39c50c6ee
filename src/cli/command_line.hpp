#pragma once

namespace freehold::cli {

// The whole program: reads the command line, does what it says. The exit status: 0 done, 1 it could
// not be done (the problem is on standard error), 2 the command line is wrong.
int run(int argc, char** argv);

}  // namespace freehold::cli
