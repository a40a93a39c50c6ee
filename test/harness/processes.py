"""Processes that a test starts: each is ended by its own id, and none outlives the test."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def wait_until(what: str, poll: Callable[[], T | None], seconds: float = 15, pause: float = 0.05) -> T:
    """The first answer of `poll` that is true; an AssertionError naming `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = poll()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


def run(
    args: Sequence[str | Path],
    *,
    stdin: str | bytes = "",
    seconds: float = 60,
    check: bool = True,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end; with `check` a failure is an AssertionError with all it said."""
    words = [str(a) for a in args]
    sent = stdin.encode() if isinstance(stdin, str) else stdin
    raw = subprocess.run(words, input=sent, capture_output=True, timeout=seconds, cwd=folder,
                         env={**os.environ, **(env or {})})
    done = subprocess.CompletedProcess(
        words, raw.returncode, raw.stdout.decode(errors="replace"), raw.stderr.decode(errors="replace"))
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A server in the foreground with its output in a log file.

    Start it from the main thread: the kernel ends it when the thread that started it ends.
    """

    def __init__(self, args: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None) -> None:
        self.log = log
        with open(log, "ab") as out:
            self._child = subprocess.Popen(
                [str(a) for a in args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=_die_with_parent,
                env={**os.environ, **(env or {})},
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def exit_code(self) -> int | None:
        return self._child.poll()

    def running(self) -> bool:
        return self.exit_code is None

    def signal(self, number: signal.Signals) -> None:
        if self.running():
            self._child.send_signal(number)

    def wait(self, seconds: float) -> int | None:
        """The exit code, or None when the process still runs after so long."""
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """SIGKILL: as a power cut would end it."""
        self.signal(signal.SIGKILL)
        self._child.wait()
        self._end_group()

    def stop(self, seconds: float = 20) -> int:
        """SIGTERM, and SIGKILL for what does not heed it; the exit code (negative: the signal)."""
        self.signal(signal.SIGTERM)
        if self.wait(seconds) is None:
            self.kill()
        self._end_group()
        return self._child.returncode

    def _end_group(self) -> None:
        """What the process started (Postfix, Dovecot) is in the session that it leads."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def resident_bytes(self) -> int:
        return self._status("VmRSS")

    def peak_bytes(self) -> int:
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
        return 0


def tail(path: Path, lines: int = 40) -> str:
    """The end of a log, to be shown with a failure."""
    try:
        text = path.read_text(errors="replace")
    except OSError as error:
        return f"(no log: {error})"
    return "\n".join(text.splitlines()[-lines:])
