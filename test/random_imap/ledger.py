"""What all sessions together know: which messages were acknowledged where, and what was ever told of them.

Sessions note something when they read the answer, so its order in time is known only in part: what was noted before a
command was sent (`now`) is true for that command."""

import bisect
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

Flags = frozenset[str]
Place = tuple[int, int]  # UIDVALIDITY, which no two mailboxes share here, and UID


class Contradiction(AssertionError):
    """The server has said two things that cannot both be true."""


class Rising:
    """The greatest value noted until a moment."""

    def __init__(self) -> None:
        self._moments: list[int] = []
        self._values: list[int] = []

    def note(self, moment: int, value: int) -> None:
        if not self._values or value > self._values[-1]:
            self._moments.append(moment)
            self._values.append(value)

    def at(self, moment: int) -> int:
        index = bisect.bisect_right(self._moments, moment)
        return self._values[index - 1] if index else 0


@dataclass
class _Mailbox:
    uids: Rising = field(default_factory=Rising)  # acknowledged ones
    modseqs: Rising = field(default_factory=Rising)  # told ones
    id: str = ""  # MAILBOXID


@dataclass
class _Message:
    """A message that was acknowledged."""

    since: int
    content: str = ""  # of an APPEND
    origin: Place | None = None  # of a COPY or MOVE


class Ledger:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._moment = 0
        self._mailboxes: dict[int, _Mailbox] = {}
        self._names: dict[str, int] = {}  # of mailboxes that stay → UIDVALIDITY
        self._messages: dict[Place, _Message] = {}
        self._contents: dict[Place, str] = {}  # told by FETCH
        self._flags: dict[Place, dict[int, Flags]] = {}  # by modseq
        self._removed: dict[Place, int] = {}  # told to be gone, and since when
        self._moved: set[Place] = set()
        # What somebody has asked for that may remove a message.
        self._doomed: set[Place] = set()  # to be \\Deleted
        self._may_move: set[Place] = set()
        self.created: set[str] = set()  # MAILBOXIDs
        self.deleted = 0  # mailboxes

    def now(self) -> int:
        with self._lock:
            return self._moment

    def _next(self) -> int:
        self._moment += 1
        return self._moment

    def _mailbox(self, validity: int) -> _Mailbox:
        return self._mailboxes.setdefault(validity, _Mailbox())

    # Mailboxes.

    def mailbox_told(self, validity: int, *, name: str = "", mailbox_id: str = "", uid_next: int = 0, modseq: int = 0,
                     asked: int) -> None:
        """What SELECT or STATUS tells. `name` of those only that are never renamed."""
        with self._lock:
            if name and self._names.setdefault(name, validity) != validity:
                raise Contradiction(f"{name}: UIDVALIDITY {validity} was {self._names[name]}")
            box = self._mailbox(validity)
            if mailbox_id:
                box.id = box.id or mailbox_id
                if box.id != mailbox_id:
                    raise Contradiction(f"UIDVALIDITY {validity} has MAILBOXID {mailbox_id}, had {box.id}")
            if uid_next and uid_next <= box.uids.at(asked):
                raise Contradiction(f"UIDNEXT {uid_next}, but UID {box.uids.at(asked)} was acknowledged before")
            if modseq and modseq < box.modseqs.at(asked):
                raise Contradiction(f"HIGHESTMODSEQ {modseq}, but MODSEQ {box.modseqs.at(asked)} was told before")

    def staying(self) -> dict[str, int]:
        """The mailboxes that are never renamed, and their UIDVALIDITYs."""
        with self._lock:
            return dict(self._names)

    def mailbox_created(self, mailbox_id: str) -> None:
        with self._lock:
            if mailbox_id in self.created:
                raise Contradiction(f"MAILBOXID {mailbox_id} is given a second time")
            self.created.add(mailbox_id)

    def mailbox_deleted(self) -> None:
        with self._lock:
            self.deleted += 1

    # Messages that come.

    def appended(self, place: Place, content: str, *, asked: int, deleted: bool) -> None:
        with self._lock:
            self._add(place, _Message(self._next(), content=content), asked)
            if deleted:
                self._doomed.add(place)

    def copied(self, sources: list[Place], targets: list[Place], *, moved: bool, asked: int) -> None:
        with self._lock:
            for source, target in zip(sources, targets, strict=True):
                gone = self._removed.get(source)
                if gone is not None and gone <= asked:
                    raise Contradiction(f"UID {source[1]} of {source[0]} was copied, though it was gone before")
                self._add(target, _Message(self._next(), origin=source), asked)
                if moved:
                    if source in self._moved:
                        raise Contradiction(f"UID {source[1]} of {source[0]} was moved twice")
                    self._moved.add(source)
                    self._removed.setdefault(source, self._next())

    def _add(self, place: Place, message: _Message, asked: int) -> None:
        validity, uid = place
        if place in self._messages:
            raise Contradiction(f"UID {uid} of {validity} is given a second time")
        uids = self._mailbox(validity).uids
        if uid <= uids.at(asked):
            raise Contradiction(f"UID {uid} of {validity} is given after UID {uids.at(asked)}")
        self._messages[place] = message
        uids.note(message.since, uid)

    # Messages that go.

    def doom(self, places: Iterable[Place]) -> None:
        """Before a command is sent that gives them \\Deleted."""
        with self._lock:
            self._doomed.update(places)

    def may_move(self, places: Iterable[Place]) -> None:
        """Before a MOVE is sent."""
        with self._lock:
            self._may_move.update(places)

    def _may_be_gone(self, place: Place) -> bool:
        if place in self._may_move:
            return True
        seen: Place | None = place
        while seen is not None:  # a copy of what is \\Deleted is so too
            if seen in self._doomed or seen not in self._messages:
                return True
            seen = self._messages[seen].origin
        return False

    def removed(self, place: Place) -> None:
        with self._lock:
            self._removed.setdefault(place, self._next())
            self._flags.pop(place, None)

    # What is told of them.

    def flags_told(self, place: Place, modseq: int, flags: Flags) -> None:
        with self._lock:
            if place not in self._removed:
                known = self._flags.setdefault(place, {}).setdefault(modseq, flags)
                if known != flags:
                    raise Contradiction(f"UID {place[1]} of {place[0]} has the flags {sorted(flags)} at MODSEQ {modseq}, "
                                        f"and {sorted(known)} were told for the same one")

    def modseq_told(self, validity: int, modseq: int) -> None:
        with self._lock:
            self._mailbox(validity).modseqs.note(self._next(), modseq)

    def content_told(self, place: Place, content: str) -> None:
        with self._lock:
            known = self._contents.setdefault(place, content)
            acknowledged = self._content_of(place) or content
            if content != known or content != acknowledged:
                raise Contradiction(f"UID {place[1]} of {place[0]} is the message {content}, was {known} and {acknowledged}")

    def content_of(self, place: Place) -> str:
        """Which message is there; "" while that is not known."""
        with self._lock:
            return self._contents.get(place, "") or self._content_of(place)

    def _content_of(self, place: Place) -> str:
        seen: Place | None = place
        while seen is not None:
            message = self._messages.get(seen)
            if message is None:
                return self._contents.get(seen, "")
            if message.content:
                return message.content
            seen = message.origin
        return ""

    def listed(self, validity: int, uids: set[int], *, asked: int) -> None:
        """The mailbox was read after `asked`: what was acknowledged before is there, what was gone is not."""
        with self._lock:
            for (of, uid), message in self._messages.items():
                if of == validity and message.since <= asked and uid not in uids and not self._may_be_gone((of, uid)):
                    raise Contradiction(f"UID {uid} of {validity} ({self._content_of((of, uid))}) is lost")
            for uid in uids:
                gone = self._removed.get((validity, uid))
                if gone is not None and gone <= asked:
                    raise Contradiction(f"UID {uid} of {validity} was gone and is there again")

    # The end, when all is quiet.

    def check(self, validity: int, found: dict[int, str]) -> None:
        """The mailbox holds these messages by UID: nothing is lost, nothing is there twice."""
        with self._lock:
            for uid, content in found.items():
                place = (validity, uid)
                if place not in self._messages:
                    raise Contradiction(f"UID {uid} of {validity} ({content}) is there and was never acknowledged")
                if self._content_of(place) != content:
                    raise Contradiction(f"UID {uid} of {validity} is {content} and not {self._content_of(place)}")
                if place in self._removed:
                    raise Contradiction(f"UID {uid} of {validity} ({content}) was told to be gone")
            for place in self._messages:
                if place[0] == validity and place[1] not in found and not self._may_be_gone(place):
                    raise Contradiction(f"UID {place[1]} of {validity} ({self._content_of(place)}) is lost")

    def counts(self) -> tuple[int, int]:
        """Messages that came, and those that went."""
        with self._lock:
            return len(self._messages), len(self._removed)
