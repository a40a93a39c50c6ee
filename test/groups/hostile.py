"""Malformed input: each gets the answer that it deserves, and afterwards the server serves a good session."""

import re
import ssl
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from test.harness.box import PASSWORD, Box
from test.harness.connection import Connection
from test.harness.hostile_input import Case, imap_cases, pop3_cases, sasl_cases, smtp_cases
from test.harness.hostile_mail import hostile_mails
from test.options import options

_WAIT = 10  # for an answer
_SILENCE = 0.3  # after which "nothing" is believed
_MOST_GROWTH = 400 << 20  # of the server's memory over the whole group
_CRASH = re.compile(rb"AddressSanitizer|UndefinedBehavior|runtime error|terminate called|Assertion|SIGSEGV|store\.change_failed")

_SMTP_STATES = {
    "greeted": [],
    "hello": ["EHLO c.test"],
    "mail": ["EHLO c.test", "MAIL FROM:<s@remote.test>"],
    "rcpt": ["EHLO c.test", "MAIL FROM:<s@remote.test>", "RCPT TO:<anna@example.test>"],
    "data": ["EHLO c.test", "MAIL FROM:<s@remote.test>", "RCPT TO:<anna@example.test>", "DATA"],
    "starttls": ["EHLO c.test", "STARTTLS"],
}


def answer_of(connection: Connection, *, may_be_nothing: bool) -> str:
    """The first line of the answer, or "closed", or "nothing"."""
    connection.settimeout(_SILENCE if may_be_nothing else _WAIT)
    try:
        line = connection.line()
    except TimeoutError:
        return "nothing"
    except (ssl.SSLError, OSError):
        return "closed"
    return line.decode("utf-8", "backslashreplace") if line else "closed"


def send(connection: Connection, data: bytes) -> None:
    """Sends; a server that hangs up in the middle has answered."""
    connection.settimeout(_WAIT)
    try:
        connection.send(data)
    except (ssl.SSLError, ConnectionError):
        pass


class Hostile(unittest.TestCase):
    box: ClassVar[Box]
    imap: ClassVar[Connection | None] = None
    memory_at_begin: ClassVar[int] = 0
    delivered: ClassVar[bool] = False

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.box = Box(options.program, Path(folder.name) / "box").start()
        cls.addClassCleanup(cls.box.stop)
        cls.box.add_account("anna")
        cls.memory_at_begin = cls.box.resident_bytes()

    @classmethod
    def tearDownClass(cls) -> None:
        if cls.imap:
            cls.imap.close()

    def check(self, case: Case, answer: str) -> None:
        if not re.match(case.answer, answer):
            self.fail(f"{case.name}: the server answered {answer[:300]!r}, not /{case.answer}/\n{self.box.log_tail(8)}")

    def check_alive(self) -> None:
        with Connection(self.box.smtp) as smtp:
            assert smtp.reply().startswith(b"220"), self.box.log_tail()
            smtp.send(b"NOOP\r\n")
            assert smtp.reply().startswith(b"250"), self.box.log_tail()

    def play_smtp(self, case: Case) -> None:
        with Connection(self.box.smtp) as smtp:
            smtp.reply()
            for command in _SMTP_STATES[case.state]:
                smtp.send(f"{command}\r\n".encode())
                assert smtp.reply()[:1] in b"23", command
            send(smtp, case.data)
            self.check(case, answer_of(smtp, may_be_nothing="nothing" in case.answer))
        self.check_alive()

    def play_sasl(self, case: Case) -> None:
        with Connection(self.box.submissions) as smtp:
            smtp.start_tls()
            smtp.reply()
            send(smtp, b"EHLO c.test\r\n")
            smtp.reply()
            send(smtp, b"AUTH " + case.state.encode() + b" " + case.data + b"\r\n")
            answer = answer_of(smtp, may_be_nothing=False)
            if answer.startswith("334"):  # SCRAM does not tell whether the name is known
                send(smtp, b"AAAA\r\n")
                answer = answer_of(smtp, may_be_nothing=False)
            self.assertRegex(answer, "^5|closed")
        with Connection(self.box.imaps) as imap:
            imap.start_tls()
            imap.line()
            send(imap, b"t AUTHENTICATE " + case.state.encode() + b" " + case.data + b"\r\n")
            answer = answer_of(imap, may_be_nothing=False)
            if answer.startswith("+"):
                send(imap, b"AAAA\r\n")
                answer = answer_of(imap, may_be_nothing=False)
            self.assertRegex(answer, "^t (BAD|NO) |^\\* BYE|^\\* BAD|closed")
        with Connection(self.box.pop3s) as pop3:
            pop3.start_tls()
            pop3.line()
            send(pop3, b"AUTH " + case.state.encode() + b" " + case.data + b"\r\n")
            answer = answer_of(pop3, may_be_nothing=False)
            if answer.startswith("+ "):
                send(pop3, b"AAAA\r\n")
                answer = answer_of(pop3, may_be_nothing=False)
            self.assertRegex(answer, "^-ERR |closed")
        self.check_alive()

    def selected(self) -> Connection:
        """A connection with INBOX selected; the one before when it is still good."""
        if self.imap:
            return self.imap
        imap = Connection(self.box.imaps)
        imap.start_tls()
        imap.line()
        for command in (f"a LOGIN anna@example.test {PASSWORD}", "b SELECT INBOX"):
            imap.send(f"{command}\r\n".encode())
            self._until(imap, command[:2].encode())
        type(self).imap = imap
        return imap

    @staticmethod
    def _until(imap: Connection, start: bytes) -> bytes:
        while not (line := imap.response()).startswith(start):
            assert line, "the server closed the connection"
        return line

    def play_imap(self, case: Case) -> None:
        imap = self.selected()
        if case.state == "idle":
            imap.send(b"t IDLE\r\n")
            imap.line()
        send(imap, case.data)
        answer = answer_of(imap, may_be_nothing="nothing" in case.answer)
        if answer.startswith("+ ") and "APPEND" not in case.name:
            # A literal that is well-formed: the rest of the command is empty.
            send(imap, b"\r\n")
            answer = answer_of(imap, may_be_nothing=False)
        # What is untagged may come before the answer.
        while re.match(r"\* (\d+ |FLAGS|SEARCH|LIST)", answer) and not re.match(case.answer, answer):
            answer = answer_of(imap, may_be_nothing=False)
        self.check(case, answer)
        self._go_on(imap, answer)

    def _go_on(self, imap: Connection, answer: str) -> None:
        """The same connection serves a good command, unless it hung up or still waits for something."""
        if answer in ("nothing", "closed") or answer.startswith("* BYE"):
            imap.close()
            type(self).imap = None
            return self.check_alive()
        imap.settimeout(_WAIT)
        try:
            imap.send(b"good NOOP\r\n")
            self._until(imap, b"good OK")
        except (AssertionError, OSError):  # it said goodbye after its answer
            imap.close()
            type(self).imap = None
        self.check_alive()

    def play_pop3(self, case: Case) -> None:
        """A connection for each case: marks and failed logins of one must not matter to the next."""
        self.deliver_once()
        with Connection(self.box.pop3s) as pop3:
            pop3.start_tls()
            pop3.line()
            for command in ("USER anna@example.test", f"PASS {PASSWORD}") if case.state == "transaction" else ():
                pop3.send(f"{command}\r\n".encode())
                assert pop3.line().startswith(b"+OK"), command
            send(pop3, case.data)
            answer = answer_of(pop3, may_be_nothing="nothing" in case.answer)
            self.check(case, answer)
            if answer.startswith("-ERR") and "packet" not in case.name:
                send(pop3, b"CAPA\r\n")
                self.assertRegex(answer_of(pop3, may_be_nothing=False), "^\\+OK |^-ERR |closed")
        self.check_alive()

    def deliver_once(self) -> None:
        if not type(self).delivered:
            self.assertRegex(self.deliver(b"Subject: for POP3\r\n\r\none\r\n.\r\ntwo\r\n"), b"^250")
            type(self).delivered = True

    def deliver(self, message: bytes) -> bytes:
        with Connection(self.box.smtp) as smtp:
            smtp.reply()
            for command in _SMTP_STATES["data"]:
                smtp.send(f"{command}\r\n".encode())
                smtp.reply()
            smtp.settimeout(60)
            smtp.send(message.replace(b"\r\n.", b"\r\n..") + (b"" if message.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            return smtp.reply()

    def play_mail(self, name: str, message: bytes) -> None:
        reply = self.deliver(message)
        self.assertRegex(reply, b"^(250|5\\d\\d) ", name)
        if not reply.startswith(b"250"):
            return
        imap = self.selected()
        imap.settimeout(60)
        for command in ("s SELECT INBOX", "f FETCH * (ENVELOPE BODYSTRUCTURE BODY RFC822.SIZE)", "f FETCH * (BODY.PEEK[] BODY.PEEK[1] BODY.PEEK[1.MIME])",
                        "f FETCH * (BODY.PEEK[1.1.1.1.1.1.1.1] BODY.PEEK[HEADER.FIELDS (Subject Reply-To)])", "f SEARCH * TEXT deepest", "f SEARCH * SUBJECT x"):
            imap.send(f"{command}\r\n".encode())
            self.assertRegex(self._until(imap, command[:2].encode()), b"^. OK", f"{name}: {command}")
        self.check_alive()

    def test_deflate_bomb(self) -> None:
        """hostile: a deflate bomb on IMAP is a line that is too long, and takes no memory"""
        with Connection(self.box.imaps) as imap:
            imap.start_tls()
            imap.line()
            for command in (f"a LOGIN anna@example.test {PASSWORD}", "b COMPRESS DEFLATE"):
                imap.send(f"{command}\r\n".encode())
                self._until(imap, command[:2].encode() + b"OK")
            imap.start_deflate()
            before = self.box.resident_bytes()
            imap.send(b"c " + bytes(100 << 20) + b"\r\nd NOOP\r\n")
            self.assertRegex(imap.line(), rb"^\* BAD ")
            self.assertRegex(imap.line(), rb"^d OK ")
            self.assertLess(self.box.resident_bytes() - before, 50 << 20)  # half of the bomb, and what ASan keeps in quarantine

    def test_zz_memory_and_log(self) -> None:
        """hostile: the memory has not exploded, the log holds no crash, and the store is clean"""
        grown = self.box.resident_bytes() - self.memory_at_begin
        self.assertLess(grown, _MOST_GROWTH)
        log = self.box.log.read_bytes()
        found = _CRASH.search(log)
        self.assertIsNone(found, found and log[max(0, found.start() - 500) : found.end() + 1500])
        self.assertIn("clean", self.box.cli("store", "check"))
        self.assertEqual(self.box.stop(), 0, self.box.log_tail())

    def test_zy_soak(self) -> None:
        """hostile: everything again for as long as --soak says"""
        deadline = time.monotonic() + options.soak_minutes * 60
        while time.monotonic() < deadline:
            for case in smtp_cases():
                self.play_smtp(case)
            for case in imap_cases():
                self.play_imap(case)
            for case in pop3_cases():
                self.play_pop3(case)


def _add(number: int, name: str, play: Callable[[Hostile], None]) -> None:
    def test(self: Hostile) -> None:
        play(self)

    test.__doc__ = f"hostile: {name}"
    setattr(Hostile, f"test_{number:04}", test)


def _add_all() -> None:
    tests: list[tuple[str, Callable[[Hostile], None]]] = []
    tests += [(f"SMTP: {c.name}", lambda t, c=c: t.play_smtp(c)) for c in smtp_cases()]
    tests += [(f"SASL: {c.name}", lambda t, c=c: t.play_sasl(c)) for c in sasl_cases()]
    tests += [(f"mail: {n}", lambda t, n=n, m=m: t.play_mail(n, m)) for n, m in hostile_mails()]
    tests += [(f"IMAP: {c.name}", lambda t, c=c: t.play_imap(c)) for c in imap_cases()]
    tests += [(f"POP3: {c.name}", lambda t, c=c: t.play_pop3(c)) for c in pop3_cases()]
    for number, (name, play) in enumerate(tests):
        _add(number, name, play)


_add_all()
