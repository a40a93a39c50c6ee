"""login.rate: IMAP sessions that connect, log in and log out, ten at once, of ten accounts.

Passwords: Freehold stores argon2id and remembers what it has verified for some minutes; Dovecot has them in plain text."""

from collections.abc import Iterator
from functools import partial

from bench.figures import Figure, Values, median, spread, take_turns
from bench.load import repeated, run_load
from bench.plan import Plan
from bench.servers import ADDRESSES, Workshop, process_of
from bench.usage import usage
from test.harness.box import PASSWORD


def measure(workshop: Workshop, plan: Plan) -> Iterator[Figure]:
    for tls in (False, True):
        count = 200 if plan.quick else 3000
        ours, peer = take_turns(
            plan.runs, partial(_ours, workshop, tls, count), partial(_dovecot, workshop, tls, count))
        yield Figure(
            "login.rate", {"tls": tls}, "logins/s", spread(ours, "rate"), "Dovecot, high-performance mode", spread(peer, "rate"),
            {"cpu_ms": [median(ours, "cpu"), median(peer, "cpu")], "load_cpu_ms": median(ours, "load_cpu")})


def _ours(workshop: Workshop, tls: bool, count: int) -> Values:
    with workshop.box() as box:
        return _log_in(workshop, box.imaps if tls else box.imap, process_of(box), tls, count)


def _dovecot(workshop: Workshop, tls: bool, count: int) -> Values:
    with workshop.dovecot("sdbox", high_performance=True) as dovecot:
        assert dovecot.process
        return _log_in(workshop, dovecot.imaps if tls else dovecot.imap, dovecot.process.pid, tls, count)


def _log_in(workshop: Workshop, port: int, pid: int, tls: bool, count: int) -> Values:
    arguments = ["logins", "--port", port, "--password", PASSWORD, *repeated("--user", ADDRESSES), *(["--tls"] if tls else [])]
    run_load(workshop.load, *arguments, "--logins", 100)  # each account once, and what a first login makes
    before = usage(pid)
    done = run_load(workshop.load, *arguments, "--logins", count)
    used = usage(pid).since(before)
    return {
        "rate": done["rate"],
        "cpu": used.cpu_seconds * 1000 / count,
        "load_cpu": done["own_cpu_seconds"] * 1000 / count,
    }
