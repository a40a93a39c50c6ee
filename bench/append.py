"""append.rate: IMAP APPEND of messages as in real mailboxes (median 8 KiB, mean 13 KiB); with batch, that many in one
command (MULTIAPPEND)."""

from collections.abc import Iterator
from functools import partial

from bench.figures import Figure, Values, median, spread, take_turns
from bench.load import repeated, run_load
from bench.plan import Plan
from bench.servers import ADDRESSES, Workshop, process_of
from bench.usage import usage
from test.harness.box import PASSWORD

_FORMATS = {1: ("sdbox", "maildir"), 50: ("mdbox", "sdbox")}  # batch → the formats that are fast with it


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    for connections, batch in plan.choose([(10, 1)], [(1, 1), (10, 1), (1, 50), (10, 50)]):
        count = 300 if plan.quick else (600 if connections == 1 else 3000) * (1 if batch == 1 else 10)
        formats = _FORMATS[batch]
        results = take_turns(
            plan.runs, partial(_ours, workshop, connections, batch, count),
            *(partial(_dovecot, workshop, form, connections, batch, count) for form in formats))
        ours = results[0]
        peers = dict(zip(formats, results[1:], strict=True))
        best = max(formats, key=lambda form: spread(peers[form], "rate").median)
        yield Figure(
            "append.rate", {"connections": connections, "batch": batch}, "messages/s", spread(ours, "rate"),
            f"Dovecot, {best}", spread(peers[best], "rate"),
            {"cpu_ms": [median(ours, "cpu"), median(peers[best], "cpu")], "load_cpu_ms": median(ours, "load_cpu")})


def _ours(workshop: Workshop, connections: int, batch: int, count: int) -> Values:
    with workshop.box() as box:
        return _append(workshop, box.imap, process_of(box), connections, batch, count)


def _dovecot(workshop: Workshop, mail_format: str, connections: int, batch: int, count: int) -> Values:
    with workshop.dovecot(mail_format) as dovecot:
        assert dovecot.process
        return _append(workshop, dovecot.imap, dovecot.process.pid, connections, batch, count)


def _append(workshop: Workshop, port: int, pid: int, connections: int, batch: int, count: int) -> Values:
    before = usage(pid)
    done = run_load(
        workshop.load, "append", "--port", port, "--connections", connections, "--messages", count, "--batch", batch,
        "--password", PASSWORD, *repeated("--user", ADDRESSES))
    used = usage(pid).since(before)  # the logins too
    return {
        "rate": done["rate"],
        "cpu": used.cpu_seconds * 1000 / count,
        "load_cpu": done["own_cpu_seconds"] * 1000 / count,
    }
