#pragma once

namespace freehold::bench {

// CPU time for a message of 20 KiB of all checks but the signatures' arithmetic (iprev, SPF, ARC,
// DMARC, reading keys; every DNS answer is in memory), and of the spam filter, for `seconds` each.
// Prints a JSON line for each.
void measure_checks(double seconds);

}  // namespace freehold::bench
