"""python3 -m bench.run [NAME…] [--quick] [--json] --program PATH/freehold: Freehold beside its peers on this machine."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import append, delivery, forward, imap, login, memory, scale, trust_cost
from bench.figures import Figure
from bench.plan import Plan
from bench.servers import Workshop

_MEASUREMENTS: dict[str, Callable[[Workshop, Plan], Iterator[Figure]]] = {
    "delivery": delivery.measure,
    "append": append.measure,
    "login": login.measure,
    "forward": forward.measure,
    "memory": memory.measure,
    "imap": imap.measure,
    "trust": trust_cost.measure,
    "scale": scale.measure,
}
_ONLY_WHEN_NAMED = {"scale"}  # a million messages take their time


def main() -> int:
    # Ended from outside, it still ends its servers and removes its folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    options = _arguments()
    program = options.program.absolute()
    load = (options.load or program.parent / "freehold_load").absolute()
    plan = Plan(1 if options.quick else max(options.runs, 3), options.quick, options.full)
    with tempfile.TemporaryDirectory(prefix="freehold-bench-") as folder:
        workshop = Workshop(program, load, Path(folder))
        for name in options.names or [n for n in _MEASUREMENTS if n not in _ONLY_WHEN_NAMED]:
            for figure in _MEASUREMENTS[name](workshop, plan):
                print(figure.as_json() if options.json else figure.as_row(), flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_MEASUREMENTS))
    parser.add_argument("--program", type=Path, required=True, help="a release build of freehold")
    parser.add_argument("--load", type=Path, help="freehold_load; else the one beside the program")
    parser.add_argument("--quick", action="store_true", help="one small run of each")
    parser.add_argument("--full", action="store_true", help="every combination of delivery's parameters")
    parser.add_argument("--runs", type=int, default=3, help="of each side, at least 3")
    parser.add_argument("--json", action="store_true", help="one object per line")
    options = parser.parse_args()
    for name in options.names:
        if name not in _MEASUREMENTS:
            parser.error(f"no measurement '{name}': choose from {', '.join(_MEASUREMENTS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
