"""imap.*: what a client waits for in a large mailbox, beside Dovecot with mdbox and with Maildir.

Each figure is the time from a command's first byte to its tagged OK, seen by a client that reads and does not parse.
States: `first`, after the mailbox was filled (Dovecot's header fields in another account's, since ENVELOPE brings them into its cache);
`cold`, the server just started and (as root) the disk cache dropped; `warm`, the same command again in the same session.
Before `cold` our full-text index has caught up; how long that took is `imap.index`."""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.figures import Figure, Spread
from bench.load import repeated, run_load
from bench.plan import Plan
from bench.servers import ADDRESSES, Workshop
from test.harness.box import PASSWORD, Box

Times = dict[tuple[str, str], list[float]]  # (name, state) → seconds

# What reads, in an order in which no command warms what the next one needs (but SORT and THREAD profit from ENVELOPE).
_READING = {
    "imap.fetch_flags": "FETCH 1:* (FLAGS)",
    "imap.fetch_envelope": "FETCH 1:* (ENVELOPE)",
    "imap.fetch_headers": "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)])",
    "imap.sort": "SORT (SUBJECT) UTF-8 ALL",
    "imap.thread": "THREAD REFERENCES UTF-8 ALL",
    "imap.search_from": 'SEARCH FROM "nobody-is-called-so"',
    "imap.search_body": 'SEARCH BODY "zzyzxfrobnicate"',
    "imap.fetch_body": "FETCH 1:* (BODY.PEEK[])",
}
_WARM_RUNS = 3
_FILLERS, _BATCH = 2, 50  # sessions that fill a mailbox, and messages of one command: more stand in each other's way with Maildir


class _Side(Protocol):
    """A server that can be started again over its mail."""

    imap: int

    def start(self) -> object: ...
    def stop(self) -> object: ...


@dataclass(frozen=True)
class _Bench:
    workshop: Workshop
    side: _Side
    messages: int
    runs: int

    def measure(self) -> Times:
        times: Times = {}
        self.fill(ADDRESSES[0])
        self.read(times, "first")
        if isinstance(self.side, Box):
            times["imap.index", "first"] = [self.wait_for_index(self.side)]
        else:
            self.fill(ADDRESSES[1])
            del times["imap.fetch_headers", "first"]
            self.collect(times, "first", ["SELECT INBOX", _READING["imap.fetch_headers"]], ["", "imap.fetch_headers"], ADDRESSES[1])
        for _ in range(self.runs):
            for name in ("imap.select", *_READING):
                self.start_cold()
                self.note(times, "cold", ["SELECT INBOX"], "imap.select" if name == "imap.select" else "", name)
        self.read(times, "warm")
        for _ in range(self.runs):
            self.store(times)
        for _ in range(self.runs):
            self.change(times)
        return times

    def wait_for_index(self, box: Box) -> float:
        """Seconds until the account is in the full-text index."""
        begun = time.monotonic()
        while not all(row["state"] == "complete" and row["indexed"] == self.messages
                      for row in box.cli_json("search", "status", ADDRESSES[0])):
            time.sleep(0.1)
            assert time.monotonic() - begun < 1200, "the index does not catch up"
        return time.monotonic() - begun

    def fill(self, user: str) -> None:
        run_load(self.workshop.load, "append", "--port", self.side.imap, "--connections", _FILLERS, "--batch", _BATCH,
                 "--messages", self.messages, "--password", PASSWORD, "--user", user)

    def read(self, times: Times, state: str) -> None:
        commands = ["SELECT INBOX"]
        names = ["imap.select"]
        for name, command in _READING.items():
            again = 1 if state == "first" else _WARM_RUNS + 1
            commands += [command] * again
            names += [""] * (again - 1) + [name] if state == "first" else [""] + [name] * _WARM_RUNS
        if state == "warm":
            commands += ["SELECT INBOX"] * _WARM_RUNS
            names = ["", *names[1:]] + ["imap.select"] * _WARM_RUNS
        self.collect(times, state, commands, names)

    def note(self, times: Times, state: str, before: list[str], select_name: str, name: str) -> None:
        """A new session that selects, and does one thing more."""
        commands, names = list(before), [select_name] + [""] * (len(before) - 1)
        if name in _READING:
            commands.append(_READING[name])
            names.append(name)
        self.collect(times, state, commands, names)

    def store(self, times: Times) -> None:
        self.collect(times, "warm", [
            "SELECT INBOX", "FETCH 1:* (FLAGS)", "STORE 1:* +FLAGS.SILENT (\\Flagged)", "STORE 1:* -FLAGS.SILENT (\\Flagged)",
        ], ["", "", "imap.store", "imap.store"])

    def change(self, times: Times) -> None:
        self.collect(times, "warm", [
            "SELECT INBOX", "FETCH 1:* (FLAGS)", "CREATE Copies", "COPY 1:* Copies", "CREATE Moved", "SELECT Copies", "MOVE 1:* Moved", "SELECT Moved",
            "STORE 1:* +FLAGS.SILENT (\\Deleted)", "EXPUNGE", "CLOSE", "DELETE Copies", "DELETE Moved",
        ], ["", "", "", "imap.copy", "", "", "imap.move", "", "", "imap.expunge", "", "", ""])

    def collect(self, times: Times, state: str, commands: list[str], names: list[str], user: str = ADDRESSES[0]) -> None:
        for name, seconds in zip(names, self.time(commands, user), strict=True):
            if name:
                times.setdefault((name, state), []).append(seconds)

    def time(self, commands: list[str], user: str) -> list[float]:
        done = subprocess.run(
            [self.workshop.load, "--seconds", "600", "commands", "--port", str(self.side.imap), "--user", user,
             "--password", PASSWORD, *repeated("--command", commands)],
            capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, f"freehold_load commands: {done.stderr}"
        return [json.loads(line)["seconds"] for line in done.stdout.splitlines()]

    def start_cold(self) -> None:
        self.side.stop()
        with contextlib.suppress(PermissionError):
            subprocess.run(["sync"], check=True)
            Path("/proc/sys/vm/drop_caches").write_text("3\n")
        self.side.start()


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    formats = plan.choose(["mdbox"], ["mdbox", "maildir"])
    for messages in plan.choose([1000], [10_000], [10_000, 100_000]):
        def times_of(side: Callable[[], AbstractContextManager[_Side]], messages: int = messages) -> Times:
            with side() as server:
                return _Bench(workshop, server, messages, plan.runs).measure()

        ours = times_of(workshop.box)
        peers = {form: times_of(lambda form=form: workshop.dovecot(form)) for form in formats}
        for (name, state), seconds in ours.items():
            if name == "imap.index":
                yield Figure(name, {"messages": messages}, "s", Spread.of(seconds))
                continue
            best = min(formats, key=lambda form: Spread.of(peers[form][name, state]).median)
            others = {form: round(Spread.of(peers[form][name, state]).median, 6) for form in formats if form != best}
            yield Figure(name, {"messages": messages, "state": state}, "s", Spread.of(seconds), f"Dovecot, {best}",
                         Spread.of(peers[best][name, state]), others)
