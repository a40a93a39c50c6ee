"""What one client knows of the mailbox that it has selected, and what the server may say next.

Pure: responses go in, a Contradiction comes out. It knows EXPUNGE and VANISHED, FETCH and UIDFETCH, with or without MODSEQ."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from test.random_imap.ledger import Contradiction, Flags, Ledger, Place
from test.random_imap.wire import Response, Value, list_of, numbers_of, pairs_of


@dataclass
class Seen:
    """A message as the client knows it."""

    uid: int = 0  # 0: not told yet
    flags: Flags | None = None
    modseq: int = 0  # the last one told
    exact: bool = False  # the flags are those at `modseq`


@dataclass(frozen=True)
class Rules:
    """What the command that is under way allows."""

    expunges: bool = True  # not while sequence numbers are in use (RFC 9051, 7.5.1)
    silent: Callable[[Seen], Flags | None] | None = None  # the flags after a STORE that does not tell them
    must_tell_modseq: bool = False  # with flags, for CONDSTORE is enabled


class MailboxModel:
    def __init__(self, ledger: Ledger, *, vanished: bool = False) -> None:
        self.messages: list[Seen] = []  # by sequence number
        self.uid_validity = 0
        self.uid_next = 0
        self.highest_modseq = 0  # as a client may keep it for QRESYNC
        self.mailbox_id = ""
        self.read_only = False
        self.gone = False  # told by BYE
        self._ledger = ledger
        self._vanished = vanished  # QRESYNC or UIDONLY is enabled: VANISHED stands for EXPUNGE

    def place(self, uid: int) -> Place:
        return self.uid_validity, uid

    def uids(self) -> list[int]:
        return [m.uid for m in self.messages if m.uid]

    def complete(self) -> bool:
        return all(m.uid for m in self.messages)

    def find(self, uid: int) -> Seen | None:
        return next((m for m in self.messages if m.uid == uid), None)

    def take(self, response: Response, rules: Rules) -> None:
        kind, number = response.kind, response.number
        if kind == "EXISTS":
            if number < len(self.messages):
                raise Contradiction(f"EXISTS {number} with {len(self.messages)} messages")
            self.messages += [Seen() for _ in range(number - len(self.messages))]
        elif kind == "EXPUNGE":
            self._expunge(number, rules)
        elif kind == "VANISHED":
            self._vanish(response.data, rules)
        elif kind == "FETCH":
            if not 1 <= number <= len(self.messages):
                raise Contradiction(f"FETCH of message {number} of {len(self.messages)}")
            self._learn(self.messages[number - 1], response.data, rules)
        elif kind == "UIDFETCH":
            message = self.find(number) or self._unknown_for(number)
            if message is None:
                raise Contradiction(f"UIDFETCH of UID {number}, which is not there")
            self._learn(message, [["UID", str(number), *list_of(response.data[0])]], rules)
        elif kind in ("OK", "NO"):
            self._code(response)
        elif kind == "BYE":
            self.gone = True

    def _code(self, response: Response) -> None:
        if (words := response.code_of("UIDVALIDITY")) is not None:
            if self.uid_validity and self.uid_validity != int(words[0]):
                raise Contradiction(f"UIDVALIDITY {words[0]} was {self.uid_validity}")
            self.uid_validity = int(words[0])
        elif (words := response.code_of("UIDNEXT")) is not None:
            self.uid_next = int(words[0])
        elif (words := response.code_of("MAILBOXID")) is not None:
            self.mailbox_id = words[0].strip("()")
        elif (words := response.code_of("HIGHESTMODSEQ")) is not None:
            if int(words[0]) < self.highest_modseq:
                raise Contradiction(f"HIGHESTMODSEQ {words[0]} was {self.highest_modseq}")
            self.highest_modseq = int(words[0])

    # Messages that go.

    def _expunge(self, number: int, rules: Rules) -> None:
        if not rules.expunges:
            raise Contradiction("EXPUNGE while a command is under way that names messages by their numbers")
        if self._vanished:
            raise Contradiction("EXPUNGE, though VANISHED is to be told")
        if not 1 <= number <= len(self.messages):
            raise Contradiction(f"EXPUNGE of message {number} of {len(self.messages)}")
        gone = self.messages.pop(number - 1)
        if gone.uid:
            self._ledger.removed(self.place(gone.uid))

    def _vanish(self, data: list[Value], rules: Rules) -> None:
        earlier = data[0] == ["EARLIER"]
        uids = numbers_of(str(data[-1]))
        if not self._vanished:
            raise Contradiction("VANISHED, though EXPUNGE is to be told")
        if not earlier and not rules.expunges:
            raise Contradiction("VANISHED while a command is under way that names messages by their numbers")
        for uid in uids:
            message = self.find(uid)
            if message is None and not earlier:
                message = self._unknown_for(uid)
                if message is None:
                    raise Contradiction(f"VANISHED with UID {uid}, which is not there")
                self._forget_around(message)
            if message is not None:
                # By identity: those whose UIDs are not known are equal.
                self.messages = [m for m in self.messages if m is not message]
                self._ledger.removed(self.place(uid))

    def _unknown_for(self, uid: int) -> Seen | None:
        """A message whose UID was not told and may be this one."""
        before = 0
        waiting: Seen | None = None
        for message in self.messages:
            if message.uid:
                if message.uid > uid:
                    return waiting
                before, waiting = message.uid, None
            elif before < uid and waiting is None:
                waiting = message
        return waiting

    def _forget_around(self, guessed: Seen) -> None:
        """One of the messages without a UID beside it has gone, but which? What is known of them may be that of another now."""
        run: list[Seen] = []
        for message in [*self.messages, Seen(uid=1)]:
            if not message.uid:
                run.append(message)
                continue
            if any(m is guessed for m in run) and len(run) > 1:
                for m in run:
                    m.flags, m.modseq, m.exact = None, 0, False
            run = []

    # What is told of them.

    def _learn(self, message: Seen, data: list[Value], rules: Rules) -> None:
        items = pairs_of(list_of(data[0]))
        if "UID" in items:
            self._identify(message, int(str(items["UID"])))
        flags = flags_of(items["FLAGS"]) if "FLAGS" in items else None
        modseq = int(str(list_of(items["MODSEQ"])[0])) if "MODSEQ" in items else 0
        if flags is not None and not modseq and rules.must_tell_modseq:
            raise Contradiction("FETCH with FLAGS and without MODSEQ, though CONDSTORE is enabled")
        if modseq and modseq < message.modseq:
            raise Contradiction(f"UID {message.uid}: MODSEQ {modseq} was {message.modseq}")
        if flags is not None:
            if modseq == message.modseq and message.exact and message.flags is not None and flags != message.flags:
                raise Contradiction(f"UID {message.uid}: flags {sorted(flags)} were {sorted(message.flags)} "
                                    f"at the same MODSEQ {modseq}")
            message.flags = flags
        elif modseq and rules.silent is not None:
            message.flags = rules.silent(message)
        elif modseq > message.modseq:
            message.flags = None  # they may be others by now
        if modseq:
            message.modseq, message.exact = modseq, True
        elif flags is not None:
            message.exact = False
        if message.uid and modseq:
            self._ledger.modseq_told(self.uid_validity, modseq)
            if message.flags is not None:
                self._ledger.flags_told(self.place(message.uid), modseq, message.flags)

    def _identify(self, message: Seen, uid: int) -> None:
        if message.uid == uid:
            return
        if message.uid:
            raise Contradiction(f"the message with UID {message.uid} has UID {uid} now")
        at = next(i for i, m in enumerate(self.messages) if m is message)
        before = next((m.uid for m in reversed(self.messages[:at]) if m.uid), 0)
        behind = next((m.uid for m in self.messages[at + 1 :] if m.uid), uid + 1)
        if not before < uid < behind:
            raise Contradiction(f"UID {uid} stands between {before} and {behind}")
        message.uid = uid

    def same_as(self, truth: "MailboxModel") -> None:
        """After a NOOP with nobody else at work: the client knows what a new one reads."""
        mine, theirs = self.uids(), truth.uids()
        if mine != theirs:
            raise Contradiction(f"of {self.uid_validity} the session knows {_differing(mine, theirs)} more and "
                                f"{_differing(theirs, mine)} less than there are")
        for message, true in zip(self.messages, truth.messages, strict=True):
            if message.flags is not None and message.flags != true.flags:
                raise Contradiction(f"UID {true.uid} of {self.uid_validity}: the session was told {sorted(message.flags)}, "
                                    f"and there are {sorted(true.flags or ())}")
            if message.exact and message.modseq != true.modseq:
                raise Contradiction(f"UID {true.uid} of {self.uid_validity}: the session was told MODSEQ {message.modseq}, "
                                    f"and it is {true.modseq}")


def flags_of(value: Value) -> Flags:
    # \Recent (RFC 3501) belongs to a session and not to the message.
    return frozenset(str(flag).lower() for flag in value) - {"\\recent"}


def _differing(these: Iterable[int], others: Iterable[int]) -> list[int]:
    return sorted(set(these) - set(others))[:10]
