"""Runs freehold_load, the load generator."""

import itertools
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SECONDS = 300
_seeds = itertools.count(1)


def run_load(load: Path, mode: str, *args: object) -> dict[str, Any]:
    """The generator's figures; an AssertionError unless every message was acknowledged."""
    done = subprocess.run(_command(load, mode, args), capture_output=True, text=True, timeout=_SECONDS + 30)
    assert done.stdout, f"freehold_load: {done.stderr}"
    figures: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, f"freehold_load {mode}: {figures}"
    return figures


def repeated(option: str, values: Sequence[str]) -> list[str]:
    return [text for value in values for text in (option, value)]


class HeldSessions:
    """IMAP sessions that stand until `close`."""

    def __init__(self, load: Path, *args: object) -> None:
        self._child = subprocess.Popen(
            _command(load, "idle", args), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._child.stdout
        line = self._child.stdout.readline()  # the generator has a limit of its own
        if line.strip() != "ready":
            self.close()
            raise AssertionError(f"freehold_load idle: {line}")

    def close(self) -> None:
        assert self._child.stdin
        self._child.stdin.close()
        try:
            self._child.wait(10)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def _command(load: Path, mode: str, args: Sequence[object]) -> list[str]:
    options = ["--seed", str(next(_seeds)), "--seconds", str(_SECONDS)]
    return [str(load), *options, mode, *map(str, args)]
