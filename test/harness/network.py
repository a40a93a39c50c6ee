"""A network of a test's own, so that it can have port 25 and 443 at many addresses. Needs root."""

import contextlib
import ctypes
import os
from collections.abc import Iterator

from test.harness.processes import run

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


@contextlib.contextmanager
def network_of_its_own() -> Iterator[None]:
    """In the calling thread, and in what it starts, there is nothing but an empty loopback (127.0.0.0/8)."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _call("unshare", _CLONE_NEWNET)
        try:
            run(["ip", "link", "set", "lo", "up"])
            yield
        finally:
            _call("setns", before, _CLONE_NEWNET)
    finally:
        os.close(before)
