"""Free loopback ports, so that several runs can go side by side."""

import random
import socket

# Below the ephemeral range: an outgoing connection must not take a server's port while the server restarts.
_FIRST, _LAST = 10_000, 32_000
_ATTEMPTS = 1_000

_claims: list[socket.socket] = []


def _claim(port: int) -> socket.socket | None:
    """An abstract socket named after the port: other runs see it, and it goes with this process."""
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0freehold-test-port-{port}")
    except OSError:
        claim.close()
        return None
    return claim


def _can_be_bound(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as udp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens at; it stays this process's own until the process ends."""
    for _ in range(_ATTEMPTS):
        port = random.SystemRandom().randint(_FIRST, _LAST)
        claim = _claim(port)
        if claim is None:
            continue
        if _can_be_bound(port):
            _claims.append(claim)
            return port
        claim.close()
    raise RuntimeError("no free port")
