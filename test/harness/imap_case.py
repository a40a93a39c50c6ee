"""The IMAP suite's notation on top of dialogue.py: cases, set-up shorthand, commands with all that they answer.

test/README.md explains it.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from pathlib import Path

from test.harness.box import PASSWORD, Box
from test.harness.connection import Connection
from test.harness.dialogue import STEP, Dialogue, DialogueError, Scenario, Step, unescape
from test.harness.imap_response import items_of, names_of

_BLOCK = re.compile(r"(?P<kind>\*[!?]?|=) (?P<text>.*)$")
_KEYS: dict[tuple[bytes, int], bytes] = {}  # SCRAM's salted passwords; boxes are copies of one template

_MESSAGE = "From: Zoe <zoe@remote.test> | To: anna@example.test | Subject: message {n} | " \
           "Date: Mon, 0{d} Mar 2021 08:00:00 +0000 | Message-ID: <m{n}@remote.test> | | text {n}"


@dataclass(frozen=True)
class Case:
    path: Path
    line: int
    title: str
    steps: list[Step]


def read_cases(path: Path) -> list[Case]:
    """`== title` begins a case; steps before the first one are done at the beginning of each."""
    common: list[Step] = []
    cases: list[Case] = []
    steps = common
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("== "):
            steps = list(common)
            cases.append(Case(path, number, line[3:].strip(), steps))
            continue
        block, found = _BLOCK.match(line), STEP.match(line)
        if block:
            steps.append(Step(number, block["kind"], "", block["text"]))
        elif found:
            steps.append(Step(number, found["kind"], found["connection"] or "1", found["text"] or ""))
        else:
            raise DialogueError(f"{path.name}:{number}: not understood: {line}")
    return cases


def message_of(text: str) -> bytes:
    """`Subject: one | From: … | | a line of the body`."""
    lines = [part.strip() for part in text.split("|")]
    if "" not in lines:
        lines += ["", "text"]
    return b"".join(unescape(line) + b"\r\n" for line in lines)


def scram_login(connection: Connection, user: str, tag: str = "login") -> bytes:
    """Logs in by SCRAM-SHA-256, which costs the box next to nothing; its tagged answer."""
    first = f"n={user},r=nonce"
    start = base64.b64encode(f"n,,{first}".encode()).decode()
    connection.send(f"{tag} AUTHENTICATE SCRAM-SHA-256 {start}\r\n".encode())
    server_first = _challenge(connection)
    said = dict(part.split("=", 1) for part in server_first.split(","))
    salt, rounds = base64.b64decode(said["s"]), int(said["i"])
    if (salt, rounds) not in _KEYS:
        _KEYS[salt, rounds] = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, rounds)
    client_key = hmac.digest(_KEYS[salt, rounds], b"Client Key", "sha256")
    final = f"c=biws,r={said['r']}"
    signed = f"{first},{server_first},{final}".encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature, strict=True))).decode()
    connection.send(base64.b64encode(f"{final},p={proof}".encode()) + b"\r\n")
    _challenge(connection)
    connection.send(b"\r\n")
    return connection.line()


def _challenge(connection: Connection) -> str:
    line = connection.line()
    if not line.startswith(b"+ "):
        raise DialogueError(f"no challenge: {line!r}")
    return base64.b64decode(line[2:]).decode()


class CaseDialogue(Dialogue):
    """Plays one case; `users` are accounts that nobody has used: the case's own, and `other`."""

    def __init__(self, case: Case, box: Box, users: tuple[str, str]) -> None:
        super().__init__(Scenario(case.path, case.title, {}, _blocks(case.steps)), box)
        self._users = users
        self._captured.update(user=users[0], other=users[1], password=PASSWORD)
        self._tags = 0
        self._setups: dict[str, Connection] = {}
        self._given: dict[str, int] = {}  # messages put into each mailbox
        self._steps |= {
            "connect": self._connect_case, "mailbox": self._mailbox, "message": self._put_message,
            "ok": self._command_step, "no": self._command_step, "bad": self._command_step,
            "select": lambda s: self._command_step(replace(s, kind="ok", text=f"SELECT {s.text}")),
            "quiet": self._quiet,
        }

    def play(self) -> None:
        try:
            super().play()
        finally:
            for connection in self._setups.values():
                connection.close()

    # Connections.

    def _at(self, step: Step) -> Connection:
        if step.connection not in self._connections:
            self._connect_case(replace(step, text="imaps as user"))
        return super()._at(step)

    def _connect_case(self, step: Step) -> None:
        """As in a scenario; `as user` and `as other` log in without the cost of a password."""
        service, _, name = step.text.partition(" as ")
        if name not in ("user", "other"):
            return self._connect(step)
        connection = Connection(getattr(self._box, service))
        self._connections[step.connection] = connection
        self._imap.add(step.connection)
        if service == "imaps":
            connection.start_tls()
        connection.line()
        self._log_in(connection, self._users[name == "other"])

    def _log_in(self, connection: Connection, user: str) -> None:
        answer = scram_login(connection, user)
        if not answer.startswith(b"login OK"):
            raise DialogueError(f"login: {answer!r}")

    # Setting up, by a connection of its own.

    def _set_up(self, command: bytes, user: str = "") -> None:
        user = user or self._users[0]
        if user not in self._setups:
            self._setups[user] = Connection(self._box.imaps)
            self._setups[user].start_tls()
            self._setups[user].line()
            self._log_in(self._setups[user], user)
        connection = self._setups[user]
        connection.send(b"setup " + command + b"\r\n")
        while not (line := connection.response()).startswith(b"setup "):
            pass
        if not line.startswith((b"setup OK", b"setup NO [ALREADYEXISTS]")):
            raise DialogueError(f"{command!r}: {line!r}")

    def _mailbox(self, step: Step) -> None:
        """`NAME [COUNT]`: makes it if it is not there, and puts so many messages into it."""
        name, _, count = step.text.rpartition(" ") if step.text.split(" ")[-1].isdigit() else (step.text, "", "0")
        if name != "INBOX":
            self._set_up(f"CREATE {self._fill(name)}".encode())
        for _ in range(int(count)):
            self._append_one(name, "", "")

    def _put_message(self, step: Step) -> None:
        r"""`MAILBOX [(\Flags)] ["date"] : Subject: one | … | | body`; without fields: one like the others."""
        where, _, fields = step.text.partition(" : ")
        name, _, how = where.partition(" ")
        self._append_one(name, how, self._fill(fields))

    def _append_one(self, name: str, how: str, fields: str) -> None:
        number = self._given[name] = self._given.get(name, 0) + 1
        message = message_of(fields or _MESSAGE.format(n=number, d=(number - 1) % 9 + 1))
        start = f"APPEND {self._fill(name)} {how + ' ' if how else ''}{{{len(message)}+}}\r\n".encode()
        self._set_up(start + message)

    # A command and all that it answers.

    def _command_step(self, step: Step) -> None:
        """`ok: FETCH 1 UID`, then `* …` for each untagged response, `= …` for the text of the tagged one."""
        self._tags += 1
        tag = f"t{self._tags}"
        command, *expected = step.text.split("\n")
        self._captured["tag"] = tag
        self._send(step, f"{tag} ".encode() + self._filled_command(command) + b"\r\n")
        untagged: list[str] = []
        while not (line := self._next(step)).startswith(f"{tag} "):
            untagged.append(line)
        verdict, _, text = line.removeprefix(f"{tag} ").partition(" ")
        if verdict.lower() != step.kind:
            raise DialogueError(f"the server said: {line}")
        judge = [text.split(" ", 1) for text in expected]
        for pattern in (p for kind, p in judge if kind == "="):
            if not self._matches(f"{pattern}{{{{.*}}}}", text):
                raise DialogueError(f"expected {verdict} {pattern}: {line}")
        self._judge(untagged, [(kind, pattern) for kind, pattern in judge if kind != "="])

    def _judge(self, untagged: list[str], expected: list[tuple[str, str]]) -> None:
        if not expected:
            return
        left = list(untagged)
        forbidden = [f"* {pattern}" for kind, pattern in expected if kind == "*!"]
        wanted = [f"* {pattern}" for kind, pattern in expected if kind == "*"]
        in_order, open_end = "* in order" in wanted, "* ..." in wanted or not any(k == "*" for k, _ in expected)
        at = 0
        for pattern in wanted:
            if pattern in ("* in order", "* ...", "* nothing"):
                continue
            found = next((i for i, line in enumerate(left) if i >= at and self._same(pattern, line)), None)
            if found is None:
                raise DialogueError(f"not said{' in this order' if in_order else ''}: {pattern}\n    {untagged}")
            del left[found]
            at = found if in_order else 0
        for line in left:
            if any(self._same(pattern, line) for pattern in forbidden):
                raise DialogueError(f"must not be said: {line}")
            if not open_end and not any(kind == "*?" and self._same(f"* {p}", line) for kind, p in expected):
                raise DialogueError(f"said too: {line}")

    def _same(self, pattern: str, line: str) -> bool:
        """The items of FETCH and STATUS and the attributes of LIST may come in any order."""
        if self._matches(pattern, line):
            return True
        wanted, said = names_of(pattern), names_of(line)
        if not wanted or not said or not self._matches(wanted[0], said[0]):
            return False
        left = items_of(said[1], wanted[2])
        for item in items_of(wanted[1], wanted[2]):
            if item == "...":
                continue
            found = next((other for other in left if self._matches(item, other)), None)
            if found is None:
                return False
            left.remove(found)
        return (not left or "..." in wanted[1]) and self._matches(wanted[3], said[3])

    def _quiet(self, step: Step) -> None:
        """Nothing is there to be read."""
        self._at(step).settimeout(0.15)
        try:
            line = self._at(step).line()
        except TimeoutError:
            return
        finally:
            self._at(step).settimeout(15)
        raise DialogueError(f"the server said: {line!r}")

    def _filled_command(self, command: str) -> bytes:
        """`${literal text}` and `${message Subject: … | …}` are sent as literals that wait for nothing."""

        def literal(found: re.Match[str]) -> str:
            rest = self._fill(found[3] or "")
            data = unescape(rest) if found[2] == "literal" else message_of(rest or _MESSAGE.format(n=1, d=1))
            mark = "~" if found[1] else ""
            return f"{mark}{{{len(data)}+}}\r\n{data.decode('utf-8', 'surrogateescape')}"

        parts = re.sub(r"(~?)\$\{(literal|message)(?: ((?:[^{}]|\$\{\w+\})*))?\}", literal, command)
        return self._fill(parts).encode("utf-8", "surrogateescape")


def _blocks(steps: list[Step]) -> list[Step]:
    """The lines of what is expected go into the step of their command, a line each."""
    out: list[Step] = []
    for step in steps:
        if step.kind in ("*", "*!", "*?", "="):
            if not out or out[-1].kind not in ("ok", "no", "bad", "select"):
                raise DialogueError(f"line {step.line}: '{step.kind}' stands behind no command")
            out[-1] = replace(out[-1], text=f"{out[-1].text}\n{step.kind} {step.text}")
        else:
            out.append(step)
    return out
