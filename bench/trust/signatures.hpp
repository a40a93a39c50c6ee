#pragma once

namespace freehold::bench {

// CPU time of signing and verifying a message of 20 KiB with RSA-2048 and Ed25519, beside that of
// the bare operations of OpenSSL that cannot be done without, in turns for `seconds` each. Prints a
// JSON line for each.
void measure_signatures(double seconds);

}  // namespace freehold::bench
