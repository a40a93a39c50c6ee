"""Many sessions at once, for a time; then all is quiet and everything has to agree."""

import random
import threading
import time
import traceback
from dataclasses import dataclass

from test.random_imap.content import content_of
from test.random_imap.ledger import Contradiction, Ledger
from test.random_imap.model import MailboxModel
from test.random_imap.session import Disconnected, Lie, Session, Style
from test.random_imap.steps import PASSING, STAYING, Step, draw
from test.random_imap.wire import list_of, pairs_of

_SOON = 5.0  # seconds
_MAILBOXES_OF_OLD = 6  # INBOX, Drafts, Sent, Archive, Junk, Trash


@dataclass
class Failure:
    session: int
    step: int
    text: str
    asked: list[str]
    said: list[str]


class Run:
    """`lie`, for a test of this test, changes what the server says to the sessions."""

    def __init__(self, port: int, user: str, password: str, seed: int, *, sessions: int = 20, lie: Lie | None = None) -> None:
        self.ledger = Ledger()
        self.failure: Failure | None = None
        self._port, self._user, self._password, self._seed = port, user, password, seed
        self._lie = lie
        self._count = sessions
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._sessions: dict[int, Session] = {}
        self._existing = 0  # mailboxes before the run

    def play(self, seconds: float) -> None:
        """An AssertionError that says how to repeat it when anything is contradictory."""
        self._prepare()
        deadline = time.monotonic() + seconds
        threads = [threading.Thread(target=self._guarded, args=(n, deadline), daemon=True) for n in range(self._count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failure is None:
            self._finally()
        if self.failure is not None:
            raise AssertionError(self._story(self.failure))

    @property
    def commands(self) -> int:
        return sum(s.commands for s in self._sessions.values())

    def _story(self, failure: Failure) -> str:
        return "\n".join([
            f"seed {self._seed}, session {failure.session}, step {failure.step}: {failure.text}",
            "its last commands:", *failure.asked, "what was said last:", *failure.said,
            f"the same commands in another order of the sessions: python3 -m test.run random --seed {self._seed}"])

    def _session(self, style: Style, lie: Lie | None) -> Session:
        return Session(self._port, self._user, self._password, self.ledger, style, lie)

    def _prepare(self) -> None:
        session = self._session(Style(), None)
        for name in STAYING[1:]:
            session.must_ask(f"CREATE {name}")
        self._existing = len(session.must_ask('LIST "" *').of("LIST"))
        session.logout()

    # One thread for each session.

    def _guarded(self, number: int, deadline: float) -> None:
        at = 0
        try:
            chance = random.Random(f"{self._seed} {number}")
            style = Style(rev2=chance.random() < 0.3, condstore=chance.random() < 0.6, qresync=chance.random() < 0.4,
                          uid_only=chance.random() < 0.2)
            session = self._sessions[number] = self._session(style, self._lie)
            while time.monotonic() < deadline and not self._stop.is_set():
                self._do(session, number, at)
                at += 1
        except Exception as error:  # noqa: BLE001 - whatever it is ends the run and is told
            self._failed(number, at, error)

    def _do(self, session: Session, number: int, at: int) -> None:
        chance = random.Random(f"{self._seed} {number} {at}")
        step = Step(session, chance, at, f"{number:02}")
        kind = draw(session, chance, at, step.name)
        try:
            kind(step)
            gone = session.model is not None and session.model.gone
        except (Disconnected, ConnectionError) as error:
            # By NOTIFY it is told at any time that the mailbox has gone: also when we are about to write.
            told = session.model and (session.model.gone or (session.notified and session.name in PASSING))
            if not told:
                raise Contradiction(f"the server has closed the connection: {error!r}") from None
            gone = True
        if gone:
            if session.name not in PASSING:
                raise Contradiction(f"BYE, and {session.name} was not deleted by anybody")
            session.connect()

    def _failed(self, number: int, at: int, error: Exception) -> None:
        told = str(error) if isinstance(error, Contradiction) else "".join(traceback.format_exception(error))
        session = self._sessions.get(number)
        asked, said = (list(session.asked), list(session.said)) if session else ([], [])
        with self._lock:
            # The first one: others may follow from it.
            self.failure = self.failure or Failure(number, at, told, asked, said)
        self._stop.set()

    # The end.

    def _finally(self) -> None:
        observer = self._session(Style(condstore=True), None)
        self._sessions[-1] = observer
        number = -1
        try:
            truths = self._truths(observer)
            for number, session in self._sessions.items():
                if number >= 0:
                    self._settle(session, truths)
            number = -1
            self._check_mailboxes(observer, truths)
        except Exception as error:  # noqa: BLE001
            self._failed(number, -1, error)
        for session in self._sessions.values():
            session.close()

    def _settle(self, session: Session, truths: dict[int, MailboxModel]) -> None:
        """A NOOP brings each client to the truth."""
        try:
            session.ask("NOOP")
        except (Disconnected, ConnectionError):
            if session.notified and session.name in PASSING:
                return  # by NOTIFY it has heard already that the mailbox has gone
            raise
        model = session.model
        if model and model.gone:
            return
        self._wait_for_notify(session, {name: truths[validity] for name, validity in self.ledger.staying().items()})
        if model is None:
            return
        session.synchronize()
        if model.uid_validity not in truths:
            raise Contradiction(f"the selected mailbox {model.uid_validity} is in no LIST, and the session was not told")
        model.same_as(truths[model.uid_validity])

    def _wait_for_notify(self, session: Session, truths: dict[str, MailboxModel]) -> None:
        """What NOTIFY tells of other mailboxes comes by itself, soon."""
        deadline = time.monotonic() + _SOON
        while True:
            try:
                return session.check_watched(truths)
            except Contradiction:
                if time.monotonic() > deadline:
                    raise
            session.idle(0.05)

    def _truths(self, observer: Session) -> dict[int, MailboxModel]:
        """What a new session sees of each mailbox, which is what the ledger says."""
        truths: dict[int, MailboxModel] = {}
        for response in observer.must_ask('LIST "" *').of("LIST"):
            name = response.data[2].decode() if isinstance(response.data[2], bytes) else str(response.data[2])
            observer.select(name, examine=True, stays=name in STAYING)
            model = observer.model
            assert model
            observer.synchronize()
            found: dict[int, str] = {}
            sizes = 0
            if model.messages:
                for told in observer.ask("FETCH 1:* (UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])").of("FETCH"):
                    items = pairs_of(list_of(told.data[0]))
                    header = items["BODY[HEADER.FIELDS (SUBJECT)]"]
                    assert isinstance(header, bytes)
                    found[int(str(items["UID"]))] = content_of(header)
                    sizes += int(str(items["RFC822.SIZE"]))
            self.ledger.check(model.uid_validity, found)
            self._check_status(observer, name, model, sizes)
            truths[model.uid_validity] = model
        return truths

    def _check_status(self, observer: Session, name: str, model: MailboxModel, sizes: int) -> None:
        answer = observer.must_ask(f"STATUS {name} (MESSAGES UIDNEXT UNSEEN DELETED SIZE HIGHESTMODSEQ)")
        told = {key: int(str(value)) for key, value in pairs_of(list_of(answer.of("STATUS")[0].data[1])).items()}
        flags = [m.flags or frozenset() for m in model.messages]
        counted = {"MESSAGES": len(flags), "UIDNEXT": model.uid_next, "UNSEEN": sum("\\seen" not in f for f in flags),
                   "DELETED": sum("\\deleted" in f for f in flags), "SIZE": sizes, "HIGHESTMODSEQ": model.highest_modseq}
        if told != counted:
            raise Contradiction(f"STATUS of {name} is {told}, and what is there makes {counted}")
        if model.messages and max(m.modseq for m in model.messages) > model.highest_modseq:
            raise Contradiction(f"a MODSEQ of {name} is greater than HIGHESTMODSEQ {model.highest_modseq}")

    def _check_mailboxes(self, observer: Session, truths: dict[int, MailboxModel]) -> None:
        expected = self._existing + len(self.ledger.created) - self.ledger.deleted
        if len(truths) != expected:
            raise Contradiction(f"there are {len(truths)} mailboxes, and {expected} by what was created and deleted")
        observer.logout()
