"""memory.idle_session and memory.large_message: what Freehold takes beyond what it has at rest (RssAnon)."""

import imaplib
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.figures import Figure, Values, median, spread, take_turns
from bench.forward import ZONE, outbound_settings, submit
from bench.load import HeldSessions, repeated, run_load
from bench.plan import Plan
from bench.servers import ADDRESSES, Workshop, process_of
from bench.sink import Sink
from bench.usage import anonymous_kilobytes, anonymous_of_tree
from test.harness.box import PASSWORD
from test.harness.dns import NameServer
from test.harness.ports import free_port

_LARGE = 49 << 20  # below the default limit of 50 MiB with what is added on the way
_REST = 1.0  # seconds in which the server comes to rest


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    sessions = 100 if plan.quick else 1000
    idle, peer = take_turns(plan.runs, partial(_idle, workshop, sessions), partial(_idle_dovecot, workshop, sessions))
    yield Figure("memory.idle_session", {"sessions": sessions}, "KB/session", spread(idle, "each"),
                 "Dovecot, high-performance mode", spread(peer, "each"),
                 also={"total_kb": median(idle, "total"), "at_rest_kb": median(idle, "rest")})
    (large,) = take_turns(plan.runs, partial(_large, workshop))
    yield Figure("memory.large_message", {"size_mib": _LARGE >> 20}, "KB", spread(large, "all"),
                 also={part + "_kb": median(large, part) for part in ("rest", "receive", "fetch", "send")})


def _idle(workshop: Workshop, sessions: int) -> Values:
    with workshop.box() as box:
        return _grown(workshop, box.imaps, process_of(box), sessions)


def _idle_dovecot(workshop: Workshop, sessions: int) -> Values:
    with workshop.dovecot("sdbox", high_performance=True) as dovecot:
        assert dovecot.process
        return _grown(workshop, dovecot.imaps, dovecot.process.pid, sessions)


def _grown(workshop: Workshop, port: int, root: int, sessions: int) -> Values:
    # One session first: what the first connection makes for all is not a session's own.
    HeldSessions(workshop.load, *_imap(port), "--sessions", 1).close()
    time.sleep(_REST)
    before = anonymous_of_tree(root)
    held = HeldSessions(workshop.load, *_imap(port), "--sessions", sessions)
    try:
        time.sleep(_REST)
        grown = anonymous_of_tree(root) - before
    finally:
        held.close()
    return {"total": grown, "each": grown / sessions, "rest": before}


def _imap(port: int) -> list[str]:
    return ["--port", str(port), "--tls", "--password", PASSWORD, *repeated("--user", ADDRESSES)]


def _large(workshop: Workshop) -> Values:
    with tempfile.TemporaryDirectory(dir=workshop.folder) as folder:
        sink, name_server = Sink(Path(folder), free_port()), NameServer(Path(folder) / "dns", ZONE)
        try:
            with workshop.box(outbound_settings(name_server, sink)) as box:
                sink.start()
                run_load(workshop.load, "smtp", "--port", box.smtp, "--to", ADDRESSES[0], "--messages", 1)
                # Checking a password takes 64 MiB for a moment (argon2id); that is not the message's.
                _login(box.imap).logout()
                time.sleep(_REST)
                peak = Peak(process_of(box))
                run_load(workshop.load, "smtp", "--port", box.smtp, "--to", ADDRESSES[0], "--messages", 1,
                         "--size", _LARGE)
                received = peak.take()
                _fetch(box.imap)
                fetched = peak.take()
                submit(workshop, box, 1, _LARGE)
                sink.wait_for(1, 60)
                sent = peak.take()
                peak.stop()
        finally:
            sink.stop()
            name_server.stop()
    parts = {"receive": received, "fetch": fetched, "send": sent}
    return {"all": max(parts.values()), "rest": peak.before, **parts}


def _login(port: int) -> imaplib.IMAP4:
    session = imaplib.IMAP4("127.0.0.1", port, timeout=60)
    session.login(ADDRESSES[0], PASSWORD)
    return session


def _fetch(port: int) -> None:
    session = _login(port)
    session.select("INBOX")
    _, data = session.fetch("2", "(BODY.PEEK[])")
    assert isinstance(data[0], tuple) and len(data[0][1]) >= _LARGE - 1024
    session.logout()


class Peak:
    """Looks at a process's memory some hundred times a second, in a thread of its own."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.before = anonymous_kilobytes(pid)
        self._most = self.before
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def take(self) -> int:
        """The most above the beginning since the last call, in KB."""
        most, self._most = self._most, 0
        return most - self.before

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopping.wait(0.005):
            self._most = max(self._most, anonymous_kilobytes(self._pid))
