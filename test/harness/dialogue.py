"""Dialogues as text files: what a client sends, what the server has to say. test/README.md explains the notation."""

import base64
import imaplib
import json
import re
import shlex
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.connection import Connection
from test.harness.processes import run

STEP = re.compile(r"(?P<kind>[A-Z][!+*]?|\$|>|[a-z]+)(?: ?(?P<connection>\d))?:(?: (?P<text>.*))?$")
_ESCAPE = re.compile(rb"\\(r|n|t|0|\\|x[0-9a-fA-F]{2})")
_ESCAPES = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}
_IMAP = ("imap", "imaps")
_POP3 = ("pop3", "pop3s")


class DialogueError(AssertionError):
    """A step that did not go as written."""


@dataclass(frozen=True)
class Step:
    line: int
    kind: str
    connection: str
    text: str


@dataclass(frozen=True)
class Scenario:
    path: Path
    title: str
    settings: dict[str, dict[str, Any]]
    steps: list[Step]


def read_scenario(path: Path) -> Scenario:
    lines = path.read_text().splitlines()
    settings: dict[str, dict[str, Any]] = {}
    steps: list[Step] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = STEP.match(line)
        if not found:
            raise DialogueError(f"{path.name}:{number}: not understood: {line}")
        text = found["text"] or ""
        if found["kind"] == "setting":
            name, _, value = text.partition(" = ")
            section, _, key = name.rpartition(".")
            settings.setdefault(section, {})[key] = json.loads(value)
        else:
            steps.append(Step(number, found["kind"], found["connection"] or "1", text))
    return Scenario(path, lines[0].lstrip("# "), settings, steps)


def unescape(text: str) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        name = found[1]
        return bytes([int(name[1:], 16)]) if name[:1] == b"x" else _ESCAPES[name]

    return _ESCAPE.sub(one, text.encode())


class Dialogue:
    """Plays one scenario against a running box."""

    def __init__(self, scenario: Scenario, box: Box) -> None:
        self._scenario, self._box = scenario, box
        self._connections: dict[str, Connection] = {}
        self._imap: set[str] = set()
        self._captured: dict[str, str] = {}
        self._wanted: list[str] = []  # S+ lines since the last S
        self._forbidden: list[str] = []  # S! lines
        self._said = ""  # by the last command
        self._transcript: list[str] = []
        self._steps: dict[str, Callable[[Step], None]] = {
            "connect": self._connect, "append": self._append, "C": self._client, "R": self._raw, "F": self._file,
            "S": self._server, "S*": self._skip, "S+": lambda s: self._wanted.append(s.text),
            "S!": lambda s: self._forbidden.append(s.text), "T": lambda s: self._at(s).start_tls(), "E": self._end,
            "Z": lambda s: self._at(s).start_deflate(), "H": lambda s: self._at(s).end_sending(), "$": self._command, ">": self._output,
        }

    def play(self) -> None:
        try:
            for step in self._scenario.steps:
                if step.kind not in self._steps:
                    raise DialogueError(f"no such step: {step.kind}")
                try:
                    self._steps[step.kind](step)
                except (AssertionError, OSError, socket.timeout) as error:
                    said = "\n    ".join(self._transcript[-25:])
                    where = f"{self._scenario.path.name}:{step.line}: {step.kind}: {step.text}"
                    raise DialogueError(f"{where}\n{type(error).__name__}: {error}\n    {said}") from None
        finally:
            for connection in self._connections.values():
                connection.close()

    def _at(self, step: Step) -> Connection:
        if step.connection not in self._connections:
            raise DialogueError(f"there is no connection {step.connection}")
        return self._connections[step.connection]

    # Sending.

    def _connect(self, step: Step) -> None:
        """`smtp`, `submission`, `submissions`, `lmtp`, `imap`, `imaps`, `pop3` or `pop3s`; with `as NAME` logged in."""
        service, _, name = step.text.partition(" as ")
        connection = Connection(getattr(self._box, service))
        self._connections[step.connection] = connection
        if service in _IMAP:
            self._imap.add(step.connection)
        if service in ("imaps", "submissions", "pop3s"):
            connection.start_tls()
        if not name:
            return
        user = f"{name}@{self._box.domain}"
        if service in _IMAP:
            connection.line()
            self._exchange(connection, f'login LOGIN {user} "{PASSWORD}"', "login OK")
        elif service in _POP3:
            connection.line()
            self._exchange(connection, f"USER {user}", "+OK")
            self._exchange(connection, f"PASS {PASSWORD}", "+OK")
        else:
            connection.reply()
            self._exchange(connection, "EHLO client.test", "250")
            plain = base64.b64encode(f"\0{user}\0{PASSWORD}".encode()).decode()
            self._exchange(connection, f"AUTH PLAIN {plain}", "235")

    def _exchange(self, connection: Connection, command: str, expected: str) -> None:
        connection.send(f"{command}\r\n".encode())
        reply = connection.reply() if expected[:1].isdigit() else connection.line()
        if not reply.startswith(expected.encode()):
            raise DialogueError(f"{command}: {reply!r}")

    def _send(self, step: Step, data: bytes) -> None:
        self._transcript.append(f"C{step.connection}: {data[:300]!r}")
        self._at(step).send(data)

    def _client(self, step: Step) -> None:
        self._send(step, self._fill(step.text).encode() + b"\r\n")

    def _raw(self, step: Step) -> None:
        self._send(step, unescape(self._fill(step.text)))

    def _file(self, step: Step) -> None:
        self._send(step, self._message(step.text))

    def _append(self, step: Step) -> None:
        """`FILE NAME MAILBOX [FLAGS]`: puts a message into a mailbox."""
        file, name, mailbox, *flags = step.text.split(" ")
        with imaplib.IMAP4_SSL("127.0.0.1", self._box.imaps, ssl_context=client_tls()) as imap:
            imap.login(f"{name}@{self._box.domain}", PASSWORD)
            answer, said = imap.append(mailbox, f"({' '.join(flags)})", "", self._message(file))
            assert answer == "OK", said

    def _message(self, name: str) -> bytes:
        text = (self._scenario.path.parent / "messages" / name).read_bytes()
        return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def _fill(self, text: str) -> str:
        """Replaces ${…}: captures, base64, repeat, size."""

        def one(found: re.Match[str]) -> str:
            name, _, rest = found[1].partition(" ")
            if name == "base64":
                return base64.b64encode(unescape(self._fill(rest))).decode()
            if name == "repeat":
                count, _, what = rest.partition(" ")
                return what * int(count)
            if name == "size":
                return str(len(self._message(rest)))
            if name in self._captured:
                return self._captured[name]
            raise DialogueError(f"nothing is captured as {name}")

        # What was captured first: it may stand within ${base64 …}.
        text = re.sub(r"\$\{(\w+)\}", lambda found: self._captured.get(found[1], found[0]), text)
        return re.sub(r"\$\{([^}]*)\}", one, text)

    # Expecting.

    def _next(self, step: Step) -> str:
        connection = self._at(step)
        raw = connection.response() if step.connection in self._imap else connection.line()
        line = raw.removesuffix(b"\r\n").replace(b"\r\n", b"\\r\\n").decode("utf-8", "backslashreplace")
        self._transcript.append(f"S{step.connection}: {line[:600]}")
        if not raw:
            raise DialogueError("the server closed the connection")
        return line

    def _matches(self, pattern: str, line: str) -> bool:
        """Literal text, with {{regular expressions}} in it."""
        parts = re.split(r"\{\{(.*?)\}\}", pattern)
        expression = "".join(f"(?:{p})" if i % 2 else re.escape(self._fill(p)) for i, p in enumerate(parts))
        found = re.fullmatch(expression, line, re.DOTALL)
        if found:
            self._captured.update({k: v for k, v in found.groupdict().items() if v is not None})
        return bool(found)

    def _server(self, step: Step) -> None:
        """The next line; behind S+ or S! lines: the first line that matches, and what came before is judged by them."""
        if self._wanted or self._forbidden:
            return self._skip(step)
        line = self._next(step)
        if not self._matches(step.text, line):
            raise DialogueError(f"the server said: {line}")

    def _skip(self, step: Step) -> None:
        wanted, forbidden = self._wanted, self._forbidden
        self._wanted, self._forbidden = [], []
        while not self._matches(step.text, line := self._next(step)):
            for pattern in forbidden:
                if self._matches(pattern, line):
                    raise DialogueError(f"must not be said: {line}")
            met = next((pattern for pattern in wanted if self._matches(pattern, line)), None)
            if met is not None:
                wanted.remove(met)
        if wanted:
            raise DialogueError(f"not said: {wanted}")

    def _end(self, step: Step) -> None:
        rest = self._at(step).everything()
        if rest:
            raise DialogueError(f"more before the end: {rest[:300]!r}")

    # The command line.

    def _command(self, step: Step) -> None:
        words = shlex.split(self._fill(step.text))
        done = run(self._box.command(*words), stdin=f"{PASSWORD}\n", check=False)
        if done.returncode < 0:
            raise DialogueError(f"ended by signal {-done.returncode}")
        self._said = done.stdout + done.stderr
        self._transcript.append(f"$ {step.text}\n    {self._said}")

    def _output(self, step: Step) -> None:
        """Some line of what the command printed."""
        if not any(self._matches(step.text, line) for line in self._said.splitlines()):
            raise DialogueError(f"the command said: {self._said}")
