"""trust.sign, trust.verify, trust.checks and filter.judge: CPU time for a message of 20 KiB, without a server around it."""

import json
from collections.abc import Iterator

from bench.figures import Figure, Values, spread, take_turns
from bench.plan import Plan
from bench.servers import Workshop
from test.harness.processes import run

_PARAMS = {"size_kib": 20}


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    program = workshop.program.parent / "freehold_trust_bench"
    seconds = "0.5" if plan.quick else "2"

    def once() -> Values:
        values: dict[str, float] = {}
        for line in run([program, seconds]).stdout.splitlines():
            said = json.loads(line)
            values[said["name"]] = said["us"] / 1000
            values[said["name"] + " bare"] = said.get("bare_us", 0) / 1000
        return values

    (runs,) = take_turns(plan.runs, once)
    for name in ("sign", "verify"):
        yield Figure(f"trust.{name}", {**_PARAMS, "keys": "RSA-2048 and Ed25519"}, "ms CPU", spread(runs, name),
                     "OpenSSL's bare operations", spread(runs, f"{name} bare"))
    yield Figure("trust.checks", _PARAMS, "ms CPU", spread(runs, "checks"))
    yield Figure("filter.judge", _PARAMS, "ms CPU", spread(runs, "filter"))
