"""scale.*: one account with 10,000, 100,000 and 1,000,000 messages in INBOX. What a command costs should grow with what it
returns or changes, and not with the mailbox.

Times are a command's, from its first byte to its tagged OK (bench/raw_imap.py). `cold`: the server was started anew, and the
disk's cache dropped (as root); else the session has had the mailbox selected for a while."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Spread
from bench.large_account import LargeAccount
from bench.plan import Plan
from bench.raw_imap import RawImap
from bench.servers import ADDRESSES, Workshop, process_of
from bench.usage import anonymous_kilobytes
from test.harness.box import Box
from test.harness.mail import simple

_USER = ADDRESSES[0]
_RUNS = 5
_LONG = 10.0  # seconds; what takes so long is done once
_INDEX_SECONDS = 3600  # in which the full-text index has to follow


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    sizes = plan.choose([50_000], [10_000, 100_000, 1_000_000])
    # Indexing the words of a million messages takes far longer than all else here.
    indexed = plan.choose([0], [100_000], [1_000_000])[0]
    with workshop.box({"search": {"enabled": indexed > 0}}) as box:
        account = LargeAccount(box, _USER, max(sizes) // 10)
        for size in sizes:
            if size > indexed:
                box.configure({"": {"allow_plain_login": True}, "search": {"enabled": False}})
                box.restart()
            yield from _Measurement(box, account, size, with_index=size <= indexed).figures()


class _Measurement:
    def __init__(self, box: Box, account: LargeAccount, size: int, *, with_index: bool) -> None:
        self._box, self._account, self._size, self._with_index = box, account, size, with_index
        self._word = ""

    def figures(self) -> Iterator[Figure]:
        began = time.monotonic()
        self._word = self._account.grow(self._size)
        made, indexed = time.monotonic() - began, self._wait_for_index()
        rates = {how: round(rate) for how, rate in self._account.rates.items()}
        yield self._figure("made", "s", [made], also={
            "index_s": round(indexed, 1), "different": self._account.different, "disk_mib": self._disk() >> 20, "rates": rates})
        yield from self._opening()
        with self._account.session() as imap, self._account.session() as other:
            imap.ask("SELECT INBOX")
            yield from self._reading(imap)
            yield from self._changing(imap)
            yield from self._news(imap, other)
            yield self._figure("memory_open", "KB", [anonymous_kilobytes(process_of(self._box))])

    def _figure(self, name: str, unit: str, values: list[float], state: str = "warm",
                also: dict[str, object] | None = None) -> Figure:
        return Figure(f"scale.{name}", {"messages": self._size, "state": state}, unit, Spread.of(values), also=also or {})

    def _wait_for_index(self) -> float:
        """Until the full-text index has all: it works in the background, and takes one of the cores while it does."""
        since = time.monotonic()
        while self._with_index and any(row["missing"] + row["to_extract"] for row in self._box.cli_json("search", "status")):
            assert time.monotonic() - since < _INDEX_SECONDS, "the full-text index does not follow"
            time.sleep(2)
        return time.monotonic() - since

    def _disk(self) -> int:
        return sum(path.stat().st_blocks * 512 for path in self._box.data.rglob("*") if path.is_file())

    # What is measured.

    def _opening(self) -> Iterator[Figure]:
        """A login takes a password hash; SELECT apart from it."""
        logins, selects, memory = [], [], []
        for _ in range(3):
            self._box.stop()
            with contextlib.suppress(PermissionError):
                subprocess.run(["sync"], check=True)
                Path("/proc/sys/vm/drop_caches").write_text("3\n")
            self._box.start()
            memory.append(float(anonymous_kilobytes(process_of(self._box))))
            login, select = self._open()
            logins.append(login + select)
            selects.append(select)
        yield self._figure("memory_started", "KB", memory)
        yield self._figure("login_and_select", "s", logins, "cold")
        yield self._figure("select", "s", selects, "cold")
        warm = [self._open() for _ in range(_RUNS)]
        yield self._figure("login_and_select", "s", [a + b for a, b in warm])
        yield self._figure("select", "s", [b for _, b in warm])

    def _open(self) -> tuple[float, float]:
        since = time.perf_counter()
        with self._account.session() as imap:
            login = time.perf_counter() - since
            return login, imap.ask("SELECT INBOX").seconds

    def _reading(self, imap: RawImap) -> Iterator[Figure]:
        size, word = self._size, self._word
        for name, command in {
            "noop": "NOOP",
            "fetch_flags_1": f"FETCH {size // 2} (FLAGS)",
            "fetch_flags_100": f"FETCH {size // 2}:{size // 2 + 99} (FLAGS)",
            "fetch_flags_all": "FETCH 1:* (FLAGS)",
            "fetch_envelope_50": f"FETCH {size - 49}:{size} (UID ENVELOPE)",
            "fetch_changed_since": "FETCH 1:* (FLAGS) (CHANGEDSINCE 1000000000)",
            "status": "STATUS INBOX (MESSAGES UNSEEN UIDNEXT SIZE)",
            "list": 'LIST "" *',
            "list_status": 'LIST "" * RETURN (STATUS (MESSAGES UNSEEN))',
            "search_all": "SEARCH RETURN (COUNT) ALL",
            "search_unseen": "UID SEARCH UNSEEN",
            "search_newest": f"SEARCH {size - 9}:{size} SEEN",
            "search_subject": f"UID SEARCH SUBJECT {word}",
            "search_from": f"UID SEARCH FROM {word}",
            **({"search_body": f"UID SEARCH BODY {word}"} if self._with_index else {}),
            "search_body_newest_1000": f"UID SEARCH {size - 999}:{size} BODY {word}",
            "sort_newest": f"UID SORT (REVERSE DATE) UTF-8 {size - 99}:{size}",
        }.items():
            yield self._timed(name, imap, command)

    def _timed(self, name: str, imap: RawImap, command: str) -> Figure:
        timed = [imap.ask(command)]  # the first one warms
        while len(timed) <= _RUNS and timed[-1].seconds < _LONG:
            timed.append(imap.ask(command))
        warm = timed[1:] or timed
        return self._figure(name, "s", [t.seconds for t in warm], also={"bytes": warm[-1].bytes})

    def _changing(self, imap: RawImap) -> Iterator[Figure]:
        middle = self._size // 2
        thousand = f"{middle}:{middle + 999}"
        flips = ["+FLAGS", "-FLAGS"] * 3
        yield self._figure("store_1", "s", [imap.ask(f"STORE {middle} {flip} (\\Flagged)").seconds for flip in flips])
        yield self._figure("store_1000", "s", [imap.ask(f"STORE {thousand} {flip} (\\Flagged)").seconds for flip in flips])
        yield self._figure("copy_1", "s", [imap.ask(f"COPY {middle} Archive").seconds for _ in range(_RUNS)])
        message = simple("another one", to=_USER)
        yield self._figure("append_1", "s", [imap.ask("APPEND INBOX", message).seconds for _ in range(_RUNS)])
        for name, which, command in (("expunge_1", f"{middle}", "EXPUNGE"), ("uid_expunge_1", f"{middle}", "UID EXPUNGE 1:*"),
                                     ("expunge_1000", thousand, "EXPUNGE"), ("move_1", f"{middle}", f"MOVE {middle} Archive")):
            seconds = []
            for _ in range(3):
                if "EXPUNGE" in command:
                    imap.ask(f"STORE {which} +FLAGS.SILENT (\\Deleted)")
                seconds.append(imap.ask(command).seconds)
            yield self._figure(name, "s", seconds)

    def _news(self, imap: RawImap, other: RawImap) -> Iterator[Figure]:
        """What one session is told of another's change."""
        other.ask("SELECT INBOX")
        noops, latencies = [], []
        for n in range(_RUNS):
            other.ask(f"STORE {self._size // 3 + n} +FLAGS.SILENT ($Told)")
            noops.append(imap.ask("NOOP").seconds)
        yield self._figure("noop_after_change", "s", noops)
        for _ in range(_RUNS):
            imap.start_idle()
            since = time.perf_counter()
            other.ask("APPEND INBOX", simple("news", to=_USER))
            latencies.append(imap.wait_for(b" EXISTS") - since)
            imap.end_idle()
        yield self._figure("idle_latency", "s", latencies)


def table(lines: list[str]) -> str:
    """Markdown of the figures' JSON lines: sizes side by side. `python3 -m bench.scale < lines.json`"""
    figures = [json.loads(line) for line in lines if line.startswith("{")]
    sizes = sorted({f["params"]["messages"] for f in figures})
    rows: dict[str, dict[int, str]] = {}
    for f in figures:
        value = f["ours"]["median"]
        text = f"{value / 1024:.0f} MiB" if f["unit"] == "KB" else f"{value:.1f} s" if value >= 10 else f"{value * 1000:.3g} ms"
        state = ", cold" if f["params"]["state"] == "cold" else ""
        rows.setdefault(f["name"].removeprefix("scale.") + state, {})[f["params"]["messages"]] = text
    head = f"| | {' | '.join(f'{s:,}' for s in sizes)} |\n|---|{'---:|' * len(sizes)}"
    return "\n".join([head, *(f"| {name} | {' | '.join(row.get(s, '') for s in sizes)} |" for name, row in rows.items())])


if __name__ == "__main__":
    import sys

    print(table(sys.stdin.readlines()))
