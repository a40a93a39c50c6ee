"""Load from several connections at once; what the server acknowledged is remembered."""

import contextlib
import itertools
import random
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from test.harness.box import PASSWORD, Box
from test.harness.connection import Connection


@dataclass
class Acknowledged:
    """Message-IDs by account; written by the load's threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    ids: dict[str, set[str]] = field(default_factory=dict)

    def add(self, message_id: str, *accounts: str) -> None:
        with self.lock:
            for account in accounts:
                self.ids.setdefault(account, set()).add(message_id)

    def count(self) -> int:
        with self.lock:
            return sum(map(len, self.ids.values()))


class Load:
    """Sends until it is stopped or the server is gone. Each message goes out once and is never tried again."""

    def __init__(self, box: Box, name: str, seed: int, *, smtp: int = 3, imap: int = 2, most_bytes: int = 20_000) -> None:
        self.acknowledged = Acknowledged()
        self.refusals: list[bytes] = []  # replies other than an acknowledgement
        self._box, self._name, self._most = box, name, most_bytes
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(work, random.Random(f"{seed} {name} {i}"), i), daemon=True)
            for i, work in enumerate([self._smtp] * smtp + [self._imap] * imap)]

    def start(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Ends the load; call it after the server was killed, or to end it in good order."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "the load does not end"

    def _run(self, work: Callable[[random.Random, int], None], chance: random.Random, worker: int) -> None:
        # The server may go at any moment: that is what the tests are about.
        with contextlib.suppress(OSError, ssl.SSLError):
            work(chance, worker)

    def message(self, message_id: str, chance: random.Random) -> bytes:
        # Random bytes, so that nothing is compressed away.
        body = chance.randbytes(chance.randint(100, self._most) // 2).hex()
        lines = "\r\n".join(body[i : i + 76] for i in range(0, len(body), 76))
        return (f"From: <load@remote.test>\r\nTo: <anna@example.test>\r\nSubject: load\r\n"
                f"Message-ID: {message_id}\r\n\r\n{lines}\r\n").encode()

    def _smtp(self, chance: random.Random, worker: int) -> None:
        with Connection(self._box.smtp) as smtp:
            smtp.reply()
            smtp.send(b"EHLO load.test\r\n")
            smtp.reply()
            for number in itertools.count():
                if self._stop.is_set():
                    return
                message_id = f"<{self._name}.{worker}.{number}@load.test>"
                accounts = ["anna", "bert"] if number % 4 == 0 else ["anna"]
                commands = ["MAIL FROM:<load@remote.test>", *(f"RCPT TO:<{a}@example.test>" for a in accounts), "DATA"]
                smtp.send("".join(f"{c}\r\n" for c in commands).encode())
                replies = [smtp.reply() for _ in commands]
                if replies[-1].startswith(b"354"):
                    smtp.send(self.message(message_id, chance) + b".\r\n")
                    replies.append(smtp.reply())
                if replies[-1].startswith(b"250"):
                    self.acknowledged.add(message_id, *accounts)
                elif replies[-1]:
                    self._refused(next(r for r in replies if r[:1] not in b"23"))
                    smtp.send(b"RSET\r\n")
                    smtp.reply()
                else:
                    return

    def _imap(self, chance: random.Random, worker: int) -> None:
        with Connection(self._box.imaps) as imap:
            imap.start_tls()
            imap.line()
            imap.send(f"a LOGIN anna@example.test {PASSWORD}\r\n".encode())
            imap.line()
            for number in itertools.count():
                if self._stop.is_set():
                    return
                message_id = f"<{self._name}.{worker}.{number}@load.test>"
                message = self.message(message_id, chance)
                imap.send(b"b APPEND INBOX {%d+}\r\n%b\r\n" % (len(message), message))
                reply = imap.line()
                if reply.startswith(b"b OK"):
                    self.acknowledged.add(message_id, "anna")
                elif reply:
                    self._refused(reply)
                else:
                    return

    def _refused(self, reply: bytes) -> None:
        self.refusals.append(reply)
        self._stop.wait(0.05)
