"""One client: a connection, what it has enabled, and the model of the mailbox that it has selected."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from test.harness.connection import Connection
from test.random_imap.content import content_of, message_of
from test.random_imap.ledger import Contradiction, Flags, Ledger
from test.random_imap.model import MailboxModel, Rules, Seen
from test.random_imap.wire import Response, Value, list_of, pairs_of, parse

# Changes what the server says before the client reads it: to see that a lie is found out. b"": it is not told.
Lie = Callable[[bytes], bytes]


class Disconnected(Exception):
    """The server has said goodbye, for the selected mailbox was deleted."""


@dataclass
class Answer:
    status: Response
    untagged: list[Response] = field(default_factory=list)
    asked: int = 0  # the ledger's moment before the command was sent

    @property
    def ok(self) -> bool:
        return self.status.kind == "OK"

    def code(self, name: str) -> list[str] | None:
        return self.status.code_of(name)

    def of(self, kind: str) -> list[Response]:
        return [r for r in self.untagged if r.kind == kind]

    def fetched(self) -> list[tuple[int, int, dict[str, Value]]]:
        """Of each FETCH or UIDFETCH: the sequence number, the UID and the items; 0 for what is not told."""
        told: list[tuple[int, int, dict[str, Value]]] = []
        for response in self.untagged:
            if response.kind in ("FETCH", "UIDFETCH"):
                items = pairs_of(list_of(response.data[0]))
                by_uid = response.kind == "UIDFETCH"
                uid = response.number if by_uid else int(str(items.get("UID", "0")))
                told.append((0 if by_uid else response.number, uid, items))
        return told


@dataclass(frozen=True)
class Style:
    """What a client enables after its login."""

    rev2: bool = False
    condstore: bool = False
    qresync: bool = False  # these only where the server has it
    uid_only: bool = False


@dataclass
class Kept:
    """What a client of RFC 7162 keeps of a mailbox that it has left."""

    uid_validity: int
    modseq: int
    messages: list[Seen]


class Session:
    def __init__(self, port: int, user: str, password: str, ledger: Ledger, style: Style, lie: Lie | None = None) -> None:
        self.ledger = ledger
        self.model: MailboxModel | None = None
        self.name = ""  # the mailbox's, as it was when it was selected
        self.kept: dict[str, Kept] = {}
        self.commands = 0
        self.said: deque[str] = deque(maxlen=30)  # the dialogue's end
        self.asked: deque[str] = deque(maxlen=12)  # the last commands
        self.style = style
        self.condstore = False
        self.qresync = False
        self.uid_only = False
        self.notified = ""  # NOTIFY's word for the selected mailbox
        self.watched: dict[str, dict[str, int]] = {}  # by NOTIFY: what STATUS told last, empty while it does not matter
        self._port, self._user, self._password = port, user, password
        self._lie = lie
        self._connection: Connection | None = None
        self.connect()

    # The connection.

    def connect(self) -> None:
        self.close()
        # A server under a sanitizer, with twenty clients on two cores, is slow.
        self._connection = Connection(self._port, 120)
        greeting = self._read()
        assert greeting.kind == "OK", greeting.raw
        self.model, self.condstore, self.qresync, self.uid_only = None, False, False, False
        self.notified, self.watched = "", {}
        self.must_ask(f"LOGIN {self._user} {self._password}")
        capabilities = self.must_ask("CAPABILITY").of("CAPABILITY")[0].data
        if self.style.rev2:
            self.must_ask("ENABLE IMAP4rev2")
        if self.style.condstore:
            self.must_ask("ENABLE CONDSTORE")
            self.condstore = True
        if self.style.qresync and "QRESYNC" in capabilities:
            self.must_ask("ENABLE QRESYNC")
            self.condstore = self.qresync = True
        if self.style.uid_only and "UIDONLY" in capabilities:
            self.must_ask("ENABLE UIDONLY")
            self.uid_only = True

    def close(self) -> None:
        if self._connection:
            self._connection.close()

    def logout(self) -> None:
        self.ask("LOGOUT")
        self.close()

    def _read(self) -> Response:
        assert self._connection
        while True:
            raw = self._connection.response()
            if not raw:
                raise Disconnected
            told = self._lie(raw) if self._lie else raw
            if told:
                self.said.append(f"S: {told[:300]!r}")
                return parse(told)

    def _send(self, data: bytes) -> None:
        assert self._connection
        self.said.append(f"C: {data[:300]!r}")
        self.asked.append(f"C: {data[:300]!r}")
        self._connection.send(data)

    # Commands.

    def rules(self, *, expunges: bool = True, silent: Callable[[Seen], Flags | None] | None = None, fetch: bool = False) -> Rules:
        return Rules(expunges, silent, self.condstore and not fetch)

    def ask(self, command: str, rules: Rules | None = None, literals: Sequence[tuple[str, bytes]] = ()) -> Answer:
        """Sends a command, with literals behind words at its end, and reads its answer; the model learns on the way."""
        asked = self.ledger.now()
        tag = self._begin(command, literals)
        return self._finish(tag, asked, rules or self.rules())

    def _begin(self, command: str, literals: Sequence[tuple[str, bytes]] = ()) -> str:
        self.commands += 1
        tag = f"a{self.commands}"
        ends = (b"%b {%d+}\r\n%b" % (words.encode(), len(literal), literal) for words, literal in literals)
        self._send(f"{tag} {command}".encode() + b"".join(ends) + b"\r\n")
        return tag

    def _finish(self, tag: str, asked: int, rules: Rules) -> Answer:
        untagged: list[Response] = []
        while (response := self._read()).tag != tag:
            if response.tag not in ("*", "+"):
                raise Contradiction(f"an answer to nobody: {response.raw!r}")
            self._take(response, rules)
            untagged.append(response)
        # The code of a tagged answer is about the mailbox too (HIGHESTMODSEQ).
        if self.model and response.code_of("HIGHESTMODSEQ") is not None:
            self.model.take(response, rules)
        if response.kind == "BAD":
            raise Contradiction(f"a good command was refused: {response.raw!r}")
        if self.model and self.model.gone and response.kind == "NO":
            raise Disconnected
        return Answer(response, untagged, asked)

    def _take(self, response: Response, rules: Rules) -> None:
        if response.kind == "STATUS" and response.data[0] in self.watched and not (self.model and response.data[0] == self.name):
            told = pairs_of(list_of(response.data[1]))
            self.watched[str(response.data[0])] = {key: int(str(told[key])) for key in ("MESSAGES", "UIDNEXT") if key in told}
        if response.code_of("NOTIFICATIONOVERFLOW") is not None:
            self.notified, self.watched = "", {}
        if self.model:
            self.model.take(response, rules)
            if response.kind in ("FETCH", "UIDFETCH"):
                self._check_content(self.model, response)

    def _check_content(self, model: MailboxModel, response: Response) -> None:
        """What a FETCH tells of a message's bytes."""
        items = pairs_of(list_of(response.data[0]))
        uid = response.number if response.kind == "UIDFETCH" else model.messages[response.number - 1].uid
        header = items.get("BODY[HEADER.FIELDS (SUBJECT)]")
        whole = items.get("BODY[]")
        if uid and isinstance(header, bytes):
            self.ledger.content_told(model.place(uid), content_of(header))
        if uid and isinstance(whole, bytes):
            content = content_of(whole)
            self.ledger.content_told(model.place(uid), content)
            if whole != message_of(content):
                raise Contradiction(f"the bytes of UID {uid} ({content}) are not those that were appended")
        size, known = items.get("RFC822.SIZE"), self.ledger.content_of(model.place(uid)) if uid else ""
        if known and size is not None and int(str(size)) != len(message_of(known)):
            raise Contradiction(f"UID {uid} ({known}) has RFC822.SIZE {size!r}")

    def must_ask(self, command: str) -> Answer:
        answer = self.ask(command)
        if not answer.ok:
            raise Contradiction(f"{command} was refused: {answer.status.raw!r}")
        return answer

    def pipeline(self, commands: list[str], rules: Rules) -> list[Answer]:
        """Sends several before it reads: only such as name messages in the same way."""
        asked = self.ledger.now()
        tags = [self._begin(command) for command in commands]
        return [self._finish(tag, asked, rules) for tag in tags]

    def idle(self, seconds: float) -> None:
        assert self._connection
        asked = self.ledger.now()
        tag = self._begin("IDLE")
        while (response := self._read()).tag != "+":
            self._take(response, self.rules())
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._connection.settimeout(left)
            try:
                self._take(self._read(), self.rules())
            except TimeoutError:
                break
            finally:
                self._connection.settimeout(120)
        self._send(b"DONE\r\n")
        self._finish(tag, asked, self.rules())

    def notify(self, selected: str, watched: Sequence[str]) -> None:
        """NOTIFY (RFC 5465): of the selected mailbox everything, of the others how many messages there are."""
        # What comes before the answer is by what was asked for before, or by this: the freer one counts.
        self.notified = self.notified if self.notified == "selected" else selected
        self.watched = {name: {} for name in watched}
        items = "(UID FLAGS MODSEQ)" if self.condstore else "(UID FLAGS)"
        self.must_ask(f"NOTIFY SET STATUS ({selected} (MessageNew {items} MessageExpunge FlagChange)) "
                      f"(mailboxes ({' '.join(watched)}) (MessageNew MessageExpunge))")
        self.notified = selected
        self._watch_begins()

    def _watch_begins(self) -> None:
        """Of the selected mailbox no STATUS is told."""
        if self.model and self.name in self.watched:
            self.watched[self.name] = {}

    def check_watched(self, truths: dict[str, MailboxModel]) -> None:
        """When all is quiet, what NOTIFY told last is the truth."""
        for name, told in self.watched.items():
            true = {"MESSAGES": len(truths[name].messages), "UIDNEXT": truths[name].uid_next}
            if any(true[key] != value for key, value in told.items()):
                raise Contradiction(f"NOTIFY has told {told} of {name}, and it has {true}")

    # The selected mailbox.

    def select(self, name: str, *, examine: bool = False, stays: bool = False) -> bool:
        """False: there is no such mailbox. `stays`: nobody renames or deletes it."""
        if self.model and self.notified:
            self.must_ask("UNSELECT")  # so that news of the one do not come while the other is opened
        self.leave()
        model = MailboxModel(self.ledger, vanished=self.qresync or self.uid_only)
        model.read_only = examine
        self.model, self.name = model, name
        kept = self.kept.get(name) if self.qresync else None
        if kept:
            model.messages = [Seen(m.uid, m.flags, m.modseq, m.exact) for m in kept.messages]
            parameter = f" (QRESYNC ({kept.uid_validity} {kept.modseq}))"
            answer = self._resume(f"{'EXAMINE' if examine else 'SELECT'} {name}{parameter}", kept)
        else:
            answer = self.ask(f"{'EXAMINE' if examine else 'SELECT'} {name}")
        if not answer.ok:
            self.expect_only(answer, "NONEXISTENT")
            self.model = None
            return False
        self._watch_begins()
        if not model.uid_validity or not model.uid_next:
            raise Contradiction("SELECT without UIDVALIDITY or UIDNEXT")
        self.ledger.mailbox_told(model.uid_validity, name=name if stays else "", mailbox_id=model.mailbox_id,
                                 uid_next=model.uid_next, modseq=model.highest_modseq, asked=answer.asked)
        if answer.code("READ-ONLY" if examine else "READ-WRITE") is None:
            raise Contradiction(f"SELECT or EXAMINE ends with {answer.status.raw!r}")
        if kept and kept.uid_validity == model.uid_validity:
            self._check_resumed(model)
        return True

    def _resume(self, command: str, kept: Kept) -> Answer:
        """SELECT with what is known (RFC 7162, 3.2.5). Sequence numbers count what is there now, so VANISHED (EARLIER) and what
        is new are taken first, then EXISTS has to be right, and each FETCH."""
        model, self.model = self.model, None
        assert model
        answer = self.ask(command)
        self.model = model
        if not answer.ok:
            return answer
        validity = next((int(words[0]) for r in answer.untagged if (words := r.code_of("UIDVALIDITY"))), 0)
        if validity == kept.uid_validity:
            model.uid_validity = validity
            self._catch_up(model, answer)
        else:
            model.messages = []
        for response in answer.untagged:
            if response.kind != "VANISHED":
                self._take(response, self.rules())
        return answer

    def _catch_up(self, model: MailboxModel, answer: Answer) -> None:
        for response in answer.of("VANISHED"):
            model.take(response, self.rules())
        known = model.uids()
        told = {uid for _, uid, _ in answer.fetched()}
        arrived = sorted(told - set(known))
        if arrived and known and arrived[0] < known[-1]:
            raise Contradiction(f"UIDs {arrived} are new and stand before {known[-1]}")
        model.messages += [Seen(uid) for uid in arrived]
        exists = next((r.number for r in answer.of("EXISTS")), 0)
        if exists != len(model.messages):
            raise Contradiction(f"EXISTS {exists}, and with what was told there are {len(model.messages)}")

    def _check_resumed(self, model: MailboxModel) -> None:
        """What QRESYNC told is the truth: what differs now has changed since."""
        upto = model.highest_modseq
        before = {m.uid: (m.modseq, m.exact) for m in model.messages}
        told: set[int] = set()
        for _, uid, items in self.ask("UID FETCH 1:* (UID FLAGS MODSEQ)", self.rules(fetch=True)).fetched():
            if not uid or "MODSEQ" not in items:
                continue
            modseq = int(str(list_of(items["MODSEQ"])[0]))
            told.add(uid)
            known, exact = before.get(uid, (0, True))
            if exact and known < modseq <= upto:
                raise Contradiction(f"QRESYNC upto {upto} has not told that UID {uid} is at MODSEQ {modseq}, not {known}")
        lost = set(model.uids()) - told
        if lost and not model.gone:
            raise Contradiction(f"QRESYNC has left UIDs {sorted(lost)}, which are not there")

    def leave(self) -> None:
        """Another mailbox is selected, or none: what a client keeps."""
        if self.model and self.model.complete() and self.model.highest_modseq and self.qresync:
            copies = [Seen(m.uid, m.flags, m.modseq, m.exact) for m in self.model.messages]
            self.kept[self.name] = Kept(self.model.uid_validity, self.model.highest_modseq, copies)
        self.model = None

    def synchronize(self) -> None:
        """Asks for all that the model does not know."""
        assert self.model
        items = "UID FLAGS MODSEQ" if self.condstore else "UID FLAGS"
        while self.model and not self.model.complete():
            first = next(i for i, m in enumerate(self.model.messages) if not m.uid)
            known = max((m.uid for m in self.model.messages[:first]), default=0)
            self.ask(f"UID FETCH {known + 1}:* ({items})", self.rules(fetch=True))

    def expect_only(self, answer: Answer, *codes: str) -> None:
        """Of the refusals only these are to be expected here."""
        if not answer.ok and all(answer.code(code) is None for code in codes):
            raise Contradiction(f"refused: {answer.status.raw!r}")
