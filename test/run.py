"""python3 -m test.run GROUP… --program build/dev/freehold: whole-program tests, a line for each, a count at the end."""

import argparse
import faulthandler
import importlib
import sys
import time
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from test.options import options

GROUPS = ("scenarios", "imap", "random", "abuse", "demo", "peers", "trust", "filter", "search", "milter", "manual", "hostile", "crash")

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Progress(unittest.TestResult):
    """A line per test as it ends."""

    passed = 0
    _began = 0.0

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().startTest(test)
        self._began = time.monotonic()

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        self.passed += 1
        self._print("ok", test)

    def addFailure(self, test: unittest.TestCase, err: _ExcInfo) -> None:  # noqa: N802
        super().addFailure(test, err)
        self._print("FAIL", test, err)

    def addError(self, test: unittest.TestCase, err: _ExcInfo) -> None:  # noqa: N802
        super().addError(test, err)
        self._print("FAIL", test, err)

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: _ExcInfo | None) -> None:  # noqa: N802
        super().addSubTest(test, subtest, err)
        if err:
            self._print("FAIL", subtest, err)

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:  # noqa: N802
        super().addSkip(test, reason)
        self._print(f"SKIPPED ({reason})", test)

    def _print(self, outcome: str, test: unittest.TestCase, err: _ExcInfo | None = None) -> None:
        seconds = time.monotonic() - self._began
        print(f"{outcome:4} {seconds:6.1f} s  {name_of(test)}", flush=True)
        if err:
            print("".join(traceback.format_exception(*err)), flush=True)


def name_of(test: unittest.TestCase) -> str:
    return str(test.shortDescription() or test.id().removeprefix("test.groups."))


def each_test(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from each_test(item)
        else:
            yield item


def load(groups: list[str]) -> unittest.TestSuite:
    loader = unittest.TestLoader()
    suite = unittest.TestSuite()
    for group in groups:
        module = importlib.import_module(f"test.groups.{group}")
        tests = loader.loadTestsFromModule(module)
        suite.addTests(t for t in each_test(tests) if options.match.lower() in f"{t.id()} {name_of(t)}".lower())
    return suite


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all when none is named")
    parser.add_argument("--program", type=Path, default=options.program, help="the freehold to test")
    parser.add_argument("--rounds", type=int, default=options.rounds, help="of killing and restarting (crash)")
    parser.add_argument("--soak", type=float, default=0, metavar="MINUTES", help="let crash, hostile and random go on so long")
    parser.add_argument("--seed", type=int, default=options.seed)
    parser.add_argument("--match", default="", help="only tests whose name contains this")
    said = parser.parse_args()
    unknown = set(said.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    options.program, options.rounds, options.seed = said.program.absolute(), said.rounds, said.seed
    options.soak_minutes, options.match = said.soak, said.match
    if not options.program.exists():
        parser.error(f"there is no program at {options.program}")
    faulthandler.enable()
    result = Progress()
    began = time.monotonic()
    load(said.groups or list(GROUPS)).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.passed} passed, {failed} failed, {len(result.skipped)} skipped in {time.monotonic() - began:.0f} s")
    return 1 if failed or result.skipped or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
