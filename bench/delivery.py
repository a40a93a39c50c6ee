"""delivery.rate and delivery.cpu: from SMTP to mailboxes in which every message can be seen."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bench.figures import Figure, Values, median, spread, take_turns
from bench.load import repeated, run_load
from bench.mailboxes import mailboxes
from bench.plan import Plan
from bench.servers import ADDRESSES, Server, Workshop
from bench.usage import Usage, usage
from test.harness.box import PASSWORD

PEER = "Postfix + Dovecot LMTP, Maildir"


@dataclass(frozen=True)
class Params:
    sessions: int
    size: int  # KiB
    reuse: int
    filter: bool = False  # ours judges for spam too; the peer has no filter


_QUICK = [Params(10, 20, 1)]
_USUAL = [Params(1, 20, 1), Params(10, 20, 1), Params(50, 20, 1), Params(50, 4, 1), Params(50, 100, 1),
          Params(1, 20, 0), Params(50, 20, 0), Params(50, 20, 1, True)]
_ALL = [Params(sessions, size, reuse) for reuse in (1, 0) for size in (4, 20, 100) for sessions in (1, 10, 50)]


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    for params in plan.choose(_QUICK, _USUAL, _ALL):
        # Each side gets messages for some seconds, so the faster side gets more.
        ours_count, peer_count = _counts(params, plan)
        ours, peer = take_turns(
            plan.runs,
            lambda p=params, n=ours_count: _run(workshop, workshop.ours(p.filter), p, n),
            lambda p=params, n=peer_count: _run(workshop, workshop.postfix_with_dovecot(), p, n))
        shown = {"sessions": params.sessions, "size_kib": params.size, "reuse": params.reuse, "filter": params.filter}
        yield Figure("delivery.rate", shown, "messages/s", spread(ours, "rate"), PEER, spread(peer, "rate"),
                     {"load_cpu_ms": median(ours, "load_cpu"), "p99_ms": [median(ours, "p99"), median(peer, "p99")]})
        yield Figure("delivery.cpu", shown, "ms/message", spread(ours, "cpu"), PEER, spread(peer, "cpu"),
                     {"written_kib": [median(ours, "written"), median(peer, "written")]})


def _counts(params: Params, plan: Plan) -> tuple[int, int]:
    if plan.quick:
        return 1000, 200
    peer = (300 if params.sessions == 1 else 1500) // (3 if params.size == 100 else 1)
    return peer * 4, peer


def _run(workshop: Workshop, side: AbstractContextManager[Server], params: Params, count: int) -> Values:
    with side as server, mailboxes(server.imap, ADDRESSES, PASSWORD) as boxes:
        before, begun = _usage(server), time.monotonic()
        sent = run_load(
            workshop.load, "smtp", "--port", server.smtp, "--sessions", params.sessions, "--messages", count,
            "--size", params.size * 1024, "--reuse", params.reuse, *repeated("--to", ADDRESSES))
        boxes.wait_for(dict.fromkeys(ADDRESSES, count // len(ADDRESSES)))
        seconds, used = time.monotonic() - begun, _usage(server).since(before)
    return {
        "rate": count / seconds,
        "cpu": used.cpu_seconds * 1000 / count,
        "written": used.written_bytes / 1024 / count,
        "load_cpu": sent["own_cpu_seconds"] * 1000 / count,
        "p99": sent["latency_ms"]["p99"],
    }


def _usage(server: Server) -> Usage:
    each = [usage(pid) for pid in server.pids]
    return Usage(sum(u.cpu_seconds for u in each), sum(u.written_bytes for u in each))
