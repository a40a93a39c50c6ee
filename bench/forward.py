"""forward.rate: a queue full of deferred mail, from the moment it is released until the sink has all of it."""

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.figures import Figure, Values, median, spread, take_turns
from bench.load import run_load
from bench.plan import Plan
from bench.servers import ADDRESSES, Workshop, process_of
from bench.sink import Sink
from bench.usage import usage
from test.harness.box import PASSWORD, Box
from test.harness.dns import NameServer
from test.harness.ports import free_port
from test.harness.postfix import Postfix
from test.harness.processes import wait_until

# To one destination at once, on both sides: what Freehold opens by itself.
CONNECTIONS = 20
SIZE = 8 * 1024
_RECIPIENT = "reader@sink.test"
ZONE = {"sink.test": "@ MX 10 mx\nmx A 127.0.0.1"}
_SECONDS = 240


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    count = 500 if plan.quick else 10_000
    ours, peer = take_turns(plan.runs, partial(_ours, workshop, count), partial(_postfix, workshop, count))
    yield Figure(
        "forward.rate", {"messages": count, "size_kib": SIZE // 1024, "connections": CONNECTIONS}, "messages/s",
        spread(ours, "rate"), "Postfix", spread(peer, "rate"), {"cpu_ms": [median(ours, "cpu"), median(peer, "cpu")]})


def outbound_settings(name_server: NameServer, sink: Sink) -> dict[str, dict[str, object]]:
    return {"dns": {"forwarders": [name_server.address]}, "outbound": {"smtp_port": sink.port},
            "queue": {"first_retry_seconds": 1000}}


def submit(workshop: Workshop, box: Box, count: int, size: int) -> None:
    """Mail of a user of the box for the sink. He is allowed that much, as one who sends for a shop is."""
    for owner in (("account", "limits", ADDRESSES[0]), ("domain", "limits", box.domain)):
        box.cli(*owner, "--messages-hour", "1000000", "--messages-day", "1000000")
    run_load(workshop.load, "smtp", "--port", box.submissions, "--tls", "--user", ADDRESSES[0], "--password", PASSWORD,
             "--from", ADDRESSES[0], "--to", _RECIPIENT, "--sessions", min(count, 10), "--messages", count,
             "--size", size)


def _ours(workshop: Workshop, count: int) -> Values:
    with tempfile.TemporaryDirectory(dir=workshop.folder) as folder:
        sink, name_server = Sink(Path(folder), free_port()), NameServer(Path(folder) / "dns", ZONE)
        try:
            with workshop.box(outbound_settings(name_server, sink)) as box:
                submit(workshop, box, count, SIZE)
                wait_until("all mail is deferred", lambda: _deferred(box) == count, _SECONDS, 0.5)
                return _release(sink, process_of(box), count, lambda: box.cli("queue", "retry", "all"))
        finally:
            sink.stop()
            name_server.stop()


def _deferred(box: Box) -> int:
    return sum("refused" in str(entry).lower() for entry in box.cli_json("queue", "list"))


def _postfix(workshop: Workshop, count: int) -> Values:
    with tempfile.TemporaryDirectory(dir=workshop.folder) as folder:
        sink = Sink(Path(folder), free_port())
        settings = {
            "relayhost": f"[127.0.0.1]:{sink.port}",
            "smtp_destination_concurrency_limit": str(CONNECTIONS),
            "initial_destination_concurrency": str(CONNECTIONS),
        }
        try:
            with workshop.postfix(settings) as postfix:
                run_load(workshop.load, "smtp", "--port", postfix.port, "--to", _RECIPIENT, "--sessions", 10,
                         "--messages", count, "--size", SIZE)
                wait_until("all mail is deferred", lambda: _postfix_deferred(postfix) == count, _SECONDS, 0.5)
                assert postfix.process
                return _release(sink, postfix.process.pid, count, postfix.flush)
        finally:
            sink.stop()


def _postfix_deferred(postfix: Postfix) -> int:
    return sum(1 for path in (postfix.folder / "queue" / "deferred").rglob("*") if path.is_file())


def _release(sink, pid, count, flush) -> Values:  # noqa: ANN001
    sink.start()
    before, begun = usage(pid), time.monotonic()
    flush()
    sink.wait_for(count, _SECONDS)
    seconds, used = time.monotonic() - begun, usage(pid).since(before)
    return {"rate": count / seconds, "cpu": used.cpu_seconds * 1000 / count}
