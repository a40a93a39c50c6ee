"""What must be found out, and what must not: dialogues for the model, stories for the ledger, lies for a whole run."""

import random
import threading
from collections.abc import Callable

from test.random_imap.ledger import Ledger
from test.random_imap.model import Rules

BETWEEN = Rules()
_NUMBERED = Rules(expunges=False)
START = ("* 3 EXISTS", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 10] x", "* OK [HIGHESTMODSEQ 20] x",
          "* 1 FETCH (UID 2 FLAGS () MODSEQ (11))", "* 2 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (12))",
          "* 3 FETCH (UID 9 FLAGS () MODSEQ (20))")

# What a server says next, and whether it may.
DIALOGUES: dict[str, tuple[bool, Rules, tuple[str, ...]]] = {
    "news": (True, BETWEEN, ("* 2 EXPUNGE", "* 3 EXISTS", "* 3 FETCH (FLAGS () MODSEQ (21))",
                              "* 2 FETCH (UID 9 FLAGS (\\Seen) MODSEQ (22))")),
    "the same again": (True, _NUMBERED, ("* 1 FETCH (UID 2 FLAGS () MODSEQ (11))", "* 3 EXISTS")),
    "EXISTS shrinks": (False, BETWEEN, ("* 2 EXISTS",)),
    "EXPUNGE of none": (False, BETWEEN, ("* 4 EXPUNGE",)),
    "EXPUNGE during FETCH": (False, _NUMBERED, ("* 1 EXPUNGE",)),
    "VANISHED unasked": (False, BETWEEN, ("* VANISHED 5",)),
    "FETCH of none": (False, BETWEEN, ("* 4 FETCH (FLAGS ())",)),
    "another UID": (False, BETWEEN, ("* 2 FETCH (UID 6)",)),
    "a UID that does not ascend": (False, BETWEEN, ("* 4 EXISTS", "* 4 FETCH (UID 8)")),
    "the wrong one expunged": (False, BETWEEN, ("* 1 EXPUNGE", "* 2 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (12))")),
    "MODSEQ falls": (False, BETWEEN, ("* 3 FETCH (FLAGS () MODSEQ (19))",)),
    "other flags, the same MODSEQ": (False, BETWEEN, ("* 3 FETCH (FLAGS (\\Seen) MODSEQ (20))",)),
    "HIGHESTMODSEQ falls": (False, BETWEEN, ("* OK [HIGHESTMODSEQ 19] x",)),
    "another UIDVALIDITY": (False, BETWEEN, ("* OK [UIDVALIDITY 8] x",)),
    "no MODSEQ": (False, Rules(must_tell_modseq=True), ("* 1 FETCH (FLAGS (\\Seen))",)),
    "a silent STORE of which another's flag is not told": (
        False, Rules(expunges=False, silent=lambda m: m.flags and m.flags | {"blue"}),
        ("* 2 FETCH (MODSEQ (30))", "* 2 FETCH (FLAGS (\\Seen \\Flagged blue) MODSEQ (30))")),
}
VANISHING: dict[str, tuple[bool, Rules, tuple[str, ...]]] = {
    "VANISHED": (True, BETWEEN, ("* VANISHED 2,9", "* 1 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (12))")),
    "VANISHED among some that were not told": (
        True, BETWEEN, ("* 6 EXISTS", "* 5 FETCH (FLAGS () MODSEQ (30))", "* VANISHED 14", "* 4 FETCH (UID 10 FLAGS () MODSEQ (21))")),
    "VANISHED of one that was not told": (
        True, BETWEEN, ("* 5 EXISTS", "* VANISHED 12", "* 4 FETCH (UID 11 FLAGS () MODSEQ (21))")),
    "VANISHED (EARLIER) of what nobody knew": (True, _NUMBERED, ("* VANISHED (EARLIER) 1,3:4", "* 3 EXISTS")),
    "VANISHED of what nobody knew": (False, BETWEEN, ("* VANISHED 3",)),
    "VANISHED during FETCH": (False, _NUMBERED, ("* VANISHED 2",)),
    "EXPUNGE after ENABLE QRESYNC": (False, BETWEEN, ("* 1 EXPUNGE",)),
}

_Act = Callable[[Ledger], object]
LEDGERS: dict[str, tuple[bool, tuple[_Act, ...]]] = {
    "moved and there": (True, (
        lambda k: k.appended((1, 1), "r1", asked=0, deleted=False), lambda k: k.may_move([(1, 1)]),
        lambda k: k.copied([(1, 1)], [(2, 1)], moved=True, asked=k.now()), lambda k: k.check(1, {}),
        lambda k: k.check(2, {1: "r1"}))),
    "lost": (False, (lambda k: k.appended((1, 1), "r1", asked=0, deleted=False), lambda k: k.check(1, {}))),
    "lost when it is listed": (False, (
        lambda k: k.appended((1, 1), "r1", asked=0, deleted=False), lambda k: k.listed(1, set(), asked=k.now()))),
    "never acknowledged": (False, (lambda k: k.check(1, {1: "r1"}),)),
    "another message": (False, (lambda k: k.appended((1, 1), "r1", asked=0, deleted=False), lambda k: k.check(1, {1: "r2"}))),
    "a UID twice": (False, (lambda k: k.appended((1, 1), "r1", asked=0, deleted=False),
                            lambda k: k.appended((1, 1), "r2", asked=0, deleted=False))),
    "a smaller UID": (False, (lambda k: k.appended((1, 5), "r1", asked=0, deleted=False),
                              lambda k: k.appended((1, 4), "r2", asked=k.now(), deleted=False))),
    "moved twice": (False, (
        lambda k: k.appended((1, 1), "r1", asked=0, deleted=False), lambda k: k.copied([(1, 1)], [(2, 1)], moved=True, asked=0),
        lambda k: k.copied([(1, 1)], [(3, 1)], moved=True, asked=0))),
    "copied when it was gone": (False, (
        lambda k: k.appended((1, 1), "r1", asked=0, deleted=True), lambda k: k.removed((1, 1)),
        lambda k: k.copied([(1, 1)], [(2, 1)], moved=False, asked=k.now()))),
    "expunged and there": (False, (
        lambda k: k.appended((1, 1), "r1", asked=0, deleted=True), lambda k: k.removed((1, 1)), lambda k: k.check(1, {1: "r1"}))),
    "UIDNEXT too small": (False, (lambda k: k.appended((1, 5), "r1", asked=0, deleted=False),
                                  lambda k: k.mailbox_told(1, uid_next=5, asked=k.now()))),
    "HIGHESTMODSEQ too small": (False, (lambda k: k.modseq_told(1, 9), lambda k: k.mailbox_told(1, modseq=8, asked=k.now()))),
    "two sessions told other flags": (False, (lambda k: k.flags_told((1, 1), 5, frozenset({"a"})),
                                              lambda k: k.flags_told((1, 1), 5, frozenset({"b"})))),
    "the message changes": (False, (lambda k: k.content_told((1, 1), "r1"), lambda k: k.content_told((1, 1), "r2"))),
}


class Liar:
    """Changes some of what a server says. Each lie is one that a client can only find out by remembering."""

    def __init__(self, change: Callable[[bytes], bytes], seed: int, every: int = 20) -> None:
        self._change, self._every, self._chance, self._lock = change, every, random.Random(seed), threading.Lock()

    def __call__(self, said: bytes) -> bytes:
        changed = self._change(said)
        with self._lock:
            return said if changed == said or self._chance.randrange(self._every) else changed


def _replaced(old: bytes, new: bytes, *, only_with: bytes = b"", but: bytes = b"\0") -> Callable[[bytes], bytes]:
    return lambda said: said.replace(old, new) if only_with in said and but not in said else said


def _dropped(end: bytes = b"", part: bytes = b"") -> Callable[[bytes], bytes]:
    return lambda said: b"" if said.endswith(end) and part in said else said


def _one_less(said: bytes) -> bytes:
    if not said.endswith(b" EXISTS\r\n") or said.startswith(b"* 0 "):
        return said
    return b"* %d EXISTS\r\n" % (int(said.split()[1]) - 1)


def _one_found_less(said: bytes) -> bytes:
    return said[: said.rindex(b" ")] + b"\r\n" if said.startswith(b"* SEARCH ") else said


LIES: dict[str, Callable[[bytes], bytes]] = {
    "an EXPUNGE is not told": _dropped(b" EXPUNGE\r\n"),
    "a change of flags is not told": _dropped(part=b" FETCH (FLAGS ("),
    "a flag is told that is not there": _replaced(b"FLAGS (", b"FLAGS (blue ", only_with=b"MODSEQ", but=b"blue"),
    "COPYUID is another": _replaced(b"[COPYUID ", b"[COPYUID 1"),
    "APPENDUID is another": _replaced(b"[APPENDUID ", b"[APPENDUID 1"),
    "EXISTS is one less": _one_less,
    "a body is another": _replaced(b"00", b"01", only_with=b"BODY[] {"),
    "a UID is another": _replaced(b"(UID ", b"(UID 1"),
    "SEARCH does not find one": _one_found_less,
}
