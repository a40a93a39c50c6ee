#pragma once

#include <string>

// CPU time of signing and verifying a message of 20 KiB with RSA-2048 and Ed25519, beside that of
// the bare operations of OpenSSL that cannot be done without, measured in turns in the same run for
// `seconds` each. Prints a JSON line for each.
// With `only`, that one alone (for a profiler).
int dkim_bench(double seconds, const std::string& only);
