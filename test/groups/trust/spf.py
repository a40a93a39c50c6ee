"""SPF: the test suite of RFC 7208 over our check_spf(), and pyspf's opinion on each case of it."""

import json
import subprocess
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

from test.options import options

# Debian's modules (python3-spf, python3-yaml) belong to this one.
_SYSTEM_PYTHON = "/usr/bin/python3"
_CASES = Path(__file__).parent.parent.parent / "harness" / "spf_cases.py"


def cases() -> list[dict[str, Any]]:
    done = subprocess.run([_SYSTEM_PYTHON, _CASES], capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def our_answers(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = "".join(json.dumps({key: case[key] for key in ("zone", "client", "helo", "sender")}) + "\n" for case in asked)
    program = options.program.parent / "trust_spf_suite"
    done = subprocess.run([program], input=lines, capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def wrong(case: dict[str, Any], ours: dict[str, Any]) -> str:
    if ours["result"] not in case["accepted"]:
        return f"{case['id']} ({case['spec']}): {ours['result']} instead of {' or '.join(case['accepted'])}: {ours['problem']}"
    expected = case["explanation"]
    # DEFAULT is the suite's word for the receiver's own text, which is used when there is none.
    if expected is not None and ours["explanation"] != ("" if expected == "DEFAULT" else expected):
        return f"{case['id']} ({case['spec']}): explains by '{ours['explanation']}' instead of '{expected}'"
    return ""


class SpfSuite(unittest.TestCase):
    asked: list[dict[str, Any]]
    ours: list[dict[str, Any]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.asked = cases()
        cls.ours = our_answers(cls.asked)

    def test_every_case(self) -> None:
        """spf: every case of RFC 7208's test suite has an acceptable result and the right explanation"""
        self.assertGreater(len(self.asked), 150)
        self.assertEqual(len(self.ours), len(self.asked))
        faults = [fault for case, ours in zip(self.asked, self.ours, strict=True) if (fault := wrong(case, ours))]
        preferred = sum(ours["result"] == case["accepted"][0] for case, ours in zip(self.asked, self.ours, strict=True))
        results = ", ".join(f"{count} {name}" for name, count in Counter(ours["result"] for ours in self.ours).most_common())
        print(f"spf: {len(self.asked)} cases, {len(self.asked) - len(faults)} right, {preferred} as preferred: {results}")
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_pyspf(self) -> None:
        """spf: where we and pyspf differ, the suite accepts us"""
        agreed = 0
        for case, ours in zip(self.asked, self.ours, strict=True):
            if ours["result"] == case["pyspf"]["result"]:
                agreed += 1
                continue
            print(f"spf: {case['id']}: we say {ours['result']}, pyspf {case['pyspf']['result']}, accepted {case['accepted']}")
            self.assertIn(ours["result"], case["accepted"])
        print(f"spf: {len(self.asked)} cases, pyspf agreed in {agreed}, disagreed in {len(self.asked) - agreed}")
        self.assertGreater(agreed, len(self.asked) * 9 // 10)
