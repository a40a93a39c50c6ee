"""An IMAP client that times a command and does not look into the answer."""

import re
import socket
import time
from dataclasses import dataclass

_CHUNK = 1 << 20
_KEPT = 4096  # of what came: the tagged line is at its end


@dataclass(frozen=True)
class Timed:
    seconds: float  # from the first byte sent to the tagged OK
    bytes: int
    tail: bytes  # the end of the answer

    def number_before(self, word: bytes) -> int:
        """The last "* N EXISTS" of the answer's end, say."""
        return int(re.findall(rb"(\d+) " + word, self.tail)[-1])


class RawImap:
    def __init__(self, port: int, user: str, password: str, *, seconds: float = 900) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), seconds)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._commands = 0
        while b"\r\n" not in self._socket.recv(_CHUNK):
            pass
        self.ask(f"LOGIN {user} {password}")

    def __enter__(self) -> "RawImap":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, command: str, literal: bytes | None = None) -> Timed:
        """An AssertionError unless the answer is OK."""
        self._commands += 1
        tag = b"\r\nt%d " % self._commands
        end = b"\r\n" if literal is None else b" {%d+}\r\n%b\r\n" % (len(literal), literal)
        since = time.perf_counter()
        self._socket.sendall(tag[2:] + command.encode() + end)
        tail, count = b"\r\n", 0
        while (at := tail.rfind(tag)) < 0 or not tail.endswith(b"\r\n"):
            chunk = self._socket.recv(_CHUNK)
            assert chunk, f"{command}: the server closed the connection"
            count += len(chunk)
            tail = (tail + chunk)[-_KEPT:]
        seconds = time.perf_counter() - since
        assert tail[at:].split(b" ")[1] == b"OK", f"{command[:200]}: {tail[at:]!r}"
        return Timed(seconds, count, tail)

    # IDLE, whose answer comes when it will.

    def start_idle(self) -> None:
        self._socket.sendall(b"idle IDLE\r\n")
        self.wait_for(b"+ ")

    def wait_for(self, text: bytes) -> float:
        """The moment at which it has come."""
        seen = b""
        while text not in seen:
            chunk = self._socket.recv(_CHUNK)
            assert chunk, "the server closed the connection"
            seen += chunk
        return time.perf_counter()

    def end_idle(self) -> None:
        self._socket.sendall(b"DONE\r\n")
        self.wait_for(b"idle OK")
