"""The things that a session does. Each step draws from a chance of its own, so that step 17 of session 3 is the same in every run
with a seed; which messages it names depends on what is there by then."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from test.random_imap.content import message_of
from test.random_imap.ledger import Contradiction, Flags, Place
from test.random_imap.model import MailboxModel, Seen, flags_of
from test.random_imap.session import Answer, Session
from test.random_imap.wire import Value, list_of, numbers_of, pairs_of, set_of

STAYING = ("INBOX", "shared", "archive/2021", "archive/2022")
PASSING = ("pass1", "pass2", "pass3", "pass4", "pass5")  # made, renamed and deleted
_FLAGS = ("\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Forwarded", "$Work", "blue")
_DELETED = 0.08  # how often \\Deleted is among those that are set: a lost message is found out only if it was not
_MANY = 150  # messages in a mailbox; then more of them go


@dataclass
class Step:
    session: Session
    chance: random.Random
    number: int
    name: str  # of the session, for the messages that it makes

    def model(self) -> MailboxModel:
        assert self.session.model
        return self.session.model

    # Which messages a command names.

    def some(self, *, by_uid: bool, most: int = 1000) -> tuple[str, list[Seen]]:
        """A set and the messages that it names. There is a message at least."""
        model, chance = self.model(), self.chance
        shape, first, second = chance.random(), chance.random(), chance.random()
        messages = [m for m in model.messages if m.uid] if by_uid else model.messages
        assert messages
        begin = int(first * len(messages))
        if shape < 0.35:
            chosen = [begin]
        elif shape < 0.6:
            chosen = list(range(begin, min(begin + 1 + int(second * 20), len(messages))))
        elif shape < 0.85:
            chosen = sorted({int(chance.random() * len(messages)) for _ in range(6)})
        else:
            chosen = list(range(len(messages)))
        chosen = chosen[:most]
        named = [messages[i] for i in chosen]
        if by_uid:
            return set_of([m.uid for m in named]), named
        # With NOTIFY "*" may be more by the time that it is read.
        if len(chosen) == len(messages) and second < 0.5 and not self.session.notified:
            return "1:*", named
        return set_of([i + 1 for i in chosen]), named

    def usable(self, *, by_uid: bool) -> bool:
        """Whether a command can name messages."""
        return bool(self.model().uids() if by_uid else self.model().messages)

    def by_uid(self, how_often: float) -> bool:
        # With NOTIFY of "selected" numbers may move at any time.
        return self.chance.random() < how_often or self.session.uid_only or self.session.notified == "selected"

    def places(self, messages: list[Seen]) -> list[Place]:
            return [self.model().place(m.uid) for m in messages]

    def must_be_gone(self, messages: list[Seen], why: str) -> None:
        left = [m.uid for m in messages if any(m is other for other in self.model().messages)]
        if left and not self.model().gone:
            raise Contradiction(f"UIDs {left} are there still: {why}")

def _choose_mailbox(step: Step) -> tuple[str, bool]:
    """A name, and whether it is of one that stays."""
    if step.chance.random() < 0.85:
        return step.chance.choice(STAYING), True
    return step.chance.choice(PASSING), False


# Opening and closing.


def select(step: Step) -> None:
    name, stays = _choose_mailbox(step)
    examine, eager = step.chance.random() < 0.15, step.chance.random() < 0.85
    asked = step.session.ledger.now()
    # With UIDONLY nothing tells where a message stands, so what is not known is asked for at once.
    if step.session.select(name, examine=examine, stays=stays) and (eager or step.session.uid_only):
        step.session.synchronize()
        model = step.model()
        step.session.ledger.listed(model.uid_validity, set(model.uids()), asked=asked)


def close(step: Step) -> None:
    answer = step.session.ask("CLOSE")
    step.session.expect_only(answer, "NONEXISTENT")
    if answer.code("HIGHESTMODSEQ") is not None:  # what it has expunged is not told
        model = step.model()
        model.messages = [m for m in model.messages if m.flags is None or "\\deleted" not in m.flags]
    if answer.ok:
        step.session.leave()


def unselect(step: Step) -> None:
    step.session.must_ask("UNSELECT")
    step.session.leave()


def noop(step: Step) -> None:
    command = step.chance.choice(["NOOP", "NOOP", "CHECK", "CAPABILITY"])
    step.session.must_ask("NOOP" if step.session.model is None else command)


def notify(step: Step) -> None:
    if step.session.uid_only:
        return  # which of the messages that it does not know yet news are about, it cannot tell
    step.session.notify(step.chance.choice(["selected", "selected-delayed"]), step.chance.sample(STAYING, 2))


def idle(step: Step) -> None:
    step.session.idle(step.chance.random() * 0.4)


def reconnect(step: Step) -> None:
    """Without a goodbye, as phones do."""
    step.session.leave()
    step.session.connect()


# Putting in and reading.


def _some_flags(step: Step, least: int) -> list[str]:
    flags = step.chance.sample(_FLAGS, step.chance.randint(least, 3))
    return [*flags, "\\Deleted"] if step.chance.random() < _DELETED else flags


def append(step: Step) -> None:
    """One message, or several with one command (RFC 3502)."""
    name, _ = _choose_mailbox(step)
    content = f"r{step.name}x{step.number:07}"  # none is a part of another
    many = step.chance.randint(2, 5) if step.chance.random() < 0.15 else 1
    contents = [content] if many == 1 else [f"{content}m{n}" for n in range(many)]
    flags = [_some_flags(step, 0) for _ in contents]
    told = [f" ({' '.join(words)})" if words else "" for words in flags]
    literals = [(words, message_of(content)) for words, content in zip(told, contents, strict=True)]
    answer = step.session.ask(f"APPEND {name}", literals=literals)
    step.session.expect_only(answer, "TRYCREATE", "NONEXISTENT")
    if answer.ok:
        validity, uids = answer.code("APPENDUID") or []
        for uid, content, words in zip(numbers_of(uids), contents, flags, strict=True):
            step.session.ledger.appended((int(validity), uid), content, asked=answer.asked, deleted="\\Deleted" in words)


def replace(step: Step) -> None:
    """A message takes the place of another (RFC 8508)."""
    model, by_uid = step.model(), step.by_uid(0.6)
    name, _ = _choose_mailbox(step)
    if model.read_only:
        return
    if not model.complete():
        step.session.synchronize()
    if not step.usable(by_uid=by_uid) or model.gone:
        return
    number, [replaced] = step.some(by_uid=by_uid, most=1)
    content = f"r{step.name}x{step.number:07}"
    step.session.ledger.may_move([model.place(replaced.uid)])
    command = f"{'UID ' if by_uid else ''}REPLACE {'1' if number == '1:*' else number} {name}"
    answer = step.session.ask(command, literals=[("", message_of(content))])
    step.session.expect_only(answer, "TRYCREATE", "NONEXISTENT")
    code = next((c for r in answer.untagged if (c := r.code_of("APPENDUID"))), None)  # before the EXPUNGE (RFC 8508, 3.3)
    if code:
        step.session.ledger.appended((int(code[0]), int(code[1])), content, asked=answer.asked, deleted=False)
    if answer.ok:
        if not code:
            raise Contradiction("REPLACE without APPENDUID")
        step.must_be_gone([replaced], "it was replaced")


_ITEMS = ("FLAGS", "(UID FLAGS)", "(FLAGS INTERNALDATE RFC822.SIZE)", "(UID ENVELOPE)", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
          "(FLAGS BODY.PEEK[])", "BODY[]", "BODYSTRUCTURE")


def fetch(step: Step) -> None:
    by_uid, items, since = step.by_uid(0.5), step.chance.choice(_ITEMS), step.chance.random() < 0.2
    if not step.usable(by_uid=by_uid):
        return
    numbers, messages = step.some(by_uid=by_uid, most=8 if "BODY" in items else 1000)
    modifier = ""
    if step.session.condstore:
        items = items.replace("FLAGS", "FLAGS MODSEQ") if items != "FLAGS" else "(FLAGS MODSEQ)"
        if since:
            modifier = f" (CHANGEDSINCE {max(1, max(m.modseq for m in messages) - step.chance.randint(0, 30))})"
    command = f"{'UID ' if by_uid else ''}FETCH {numbers} {items}{modifier}"
    answer = step.session.ask(command, step.session.rules(expunges=by_uid, fetch=True))
    step.session.expect_only(answer, "NONEXISTENT")  # BODY[] would change its flags
    if answer.ok and not modifier:
        _all_are_told(step, answer, messages, by_uid)


def _all_are_told(step: Step, answer: Answer, messages: list[Seen], by_uid: bool) -> None:
    """FETCH and STORE answer for each message that they name, unless it is gone."""
    if by_uid:
        told = {uid for _, uid, _ in answer.fetched()}
        step.must_be_gone([m for m in messages if m.uid not in told], "there was no FETCH for them")
    else:
        told = {number for number, _, _ in answer.fetched()}
        positions = {id(m): i + 1 for i, m in enumerate(step.model().messages)}
        missing = [positions[id(m)] for m in messages if positions[id(m)] not in told]
        if missing and answer.ok and not step.model().gone:
            raise Contradiction(f"there was no FETCH for the messages {missing}")


def search(step: Step) -> None:
    """What a search finds is what the client was told."""
    model, by_uid = step.model(), step.by_uid(0.5)
    kind, flag = step.chance.random(), step.chance.choice(_FLAGS)
    extended = step.chance.random() < 0.3
    if kind < 0.5:
        has = step.chance.random() < 0.5
        name = flag.removeprefix("\\").upper() if flag.startswith("\\") else f"KEYWORD {flag}"
        key = f"{'' if has else 'UN'}{name}"

        def matches(m: Seen) -> bool | None:
            return None if m.flags is None else (flag.lower() in m.flags) == has
    elif kind < 0.75 and model.uids():
        uid = model.uids()[int(step.chance.random() * len(model.uids()))]
        wanted = step.session.ledger.content_of(model.place(uid))
        if not wanted:
            return
        key = f"SUBJECT {wanted}"

        def matches(m: Seen) -> bool | None:
            content = step.session.ledger.content_of(model.place(m.uid)) if m.uid else ""
            return wanted in content if content else None
    else:
        key = "ALL"

        def matches(m: Seen) -> bool | None:
            return True
    before = list(model.messages)
    expected = [matches(m) for m in before]
    numbers = [m.uid if by_uid else i + 1 for i, m in enumerate(before)]
    command = f"{'UID ' if by_uid else ''}SEARCH {'RETURN (ALL COUNT MIN MAX) ' if extended else ''}{key}"
    answer = step.session.ask(command, step.session.rules(expunges=by_uid))
    if not answer.ok:
        raise Contradiction(f"refused: {answer.status.raw!r}")
    found = _found(answer)
    # By NOTIFY the client was told of changes before and after the server looked: it cannot tell which.
    changing = bool(step.session.notified and (answer.fetched() or answer.of("EXPUNGE") or answer.of("VANISHED")))
    for message, number, wanted_here in zip(before, numbers, expected, strict=True):
        if wanted_here is not None and number and not changing and (number in found) != wanted_here:
            raise Contradiction(f"{command}: {number} {'is' if number in found else 'is not'} found, flags {message.flags}")
    strange = found - set(numbers)
    # With NOTIFY they may have been told, and gone again, while the command was under way.
    if strange and all(numbers) and not step.session.notified:
        raise Contradiction(f"{command}: {sorted(strange)} are found, and the client knows of no such messages")


def _found(answer: Answer) -> set[int]:
    found: set[int] = set()
    for response in answer.of("SEARCH"):
        found |= {int(word) for word in response.data if isinstance(word, str)}
    for response in answer.of("ESEARCH"):
        words = [w for w in response.data if isinstance(w, str) and w.upper() != "UID"]
        items = pairs_of([*words])
        found |= set(numbers_of(str(items.get("ALL", ""))))
        if "COUNT" in items and int(str(items["COUNT"])) != len(found):
            raise Contradiction(f"COUNT is not that of ALL: {response.raw!r}")
        ends = [int(str(items[name])) for name in ("MIN", "MAX") if name in items]
        if ends and ends != [min(found), max(found)]:
            raise Contradiction(f"MIN and MAX are not those of ALL: {response.raw!r}")
    return found


# Changing.


def store(step: Step) -> None:
    _store(step, step.chance.choice(["+FLAGS", "+FLAGS", "-FLAGS", "FLAGS"]),
           _some_flags(step, 1), silent=step.chance.random() < 0.4)


def _store(step: Step, how: str, flags: list[str], *, silent: bool) -> None:
    model, by_uid = step.model(), step.by_uid(0.6)
    conditional = step.chance.random() < 0.25
    behind = step.chance.randint(0, 40)
    if model.read_only:
        return
    # NOTIFY's news of earlier changes may come between the command and its answer, and nothing tells them apart.
    silent = silent and not step.session.notified
    if not model.complete():
        step.session.synchronize()
    if not step.usable(by_uid=by_uid) or model.gone:
        return
    numbers, messages = step.some(by_uid=by_uid)
    given = frozenset(flag.lower() for flag in flags)
    if "\\deleted" in given and how != "-FLAGS":
        step.session.ledger.doom(step.places(messages))
    before = {m.uid: (m.flags, m.modseq, m.exact) for m in messages}

    def after(message: Seen) -> Flags | None:
        old = before.get(message.uid, (None, 0, False))[0]
        if old is None:
            return None
        return {"FLAGS": given, "+FLAGS": old | given, "-FLAGS": old - given}[how]

    if silent and not step.session.condstore:
        for m in messages:  # nothing tells them, but of another's change
            m.flags, m.exact = after(m), False

    since = max(1, max(m.modseq for m in messages) - behind) if conditional and step.session.condstore else None
    condition = f" (UNCHANGEDSINCE {since})" if since is not None else ""
    command = (f"{'UID ' if by_uid else ''}STORE {numbers}{condition} {how}{'.SILENT' if silent else ''} ({' '.join(flags)})")
    positions = {i + 1: m for i, m in enumerate(model.messages)}
    answer = step.session.ask(command, step.session.rules(expunges=by_uid, silent=after))
    step.session.expect_only(answer, "EXPUNGEISSUED", "NONEXISTENT", "MODIFIED")
    if not answer.ok and silent and not step.session.condstore:
        for m in messages:  # some are gone, and which ones is not told
            m.flags = None
    if model.gone or answer.code("NONEXISTENT") is not None:
        return
    told = _first_told(answer, model, by_uid)
    spared = numbers_of((answer.code("MODIFIED") or [""])[0])
    modified = {n if by_uid else positions[n].uid for n in spared}
    changed = [m for m in messages if m.uid not in modified]
    if since is not None:
        too_new = [m for m in changed if before[m.uid][2] and before[m.uid][1] > since]
        if not by_uid:  # what is gone is not told now
            too_new = changed = [m for m in too_new if m.uid in told]
        if by_uid or not step.session.notified:  # else what was told may be another's change
            step.must_be_gone(too_new, f"UNCHANGEDSINCE {since} has changed them, though they have greater MODSEQs")
    if not silent or step.session.condstore:
        _all_are_told(step, answer, changed, by_uid)
    for m in changed:
        if m.uid not in told:
            continue
        items = told[m.uid]
        flags = flags_of(items["FLAGS"]) if "FLAGS" in items else None
        if flags is None or silent or step.session.notified:
            good = True
        else:
            good = {"FLAGS": flags == given, "+FLAGS": flags >= given, "-FLAGS": not flags & given}[how]
        if not good:
            raise Contradiction(f"UID {m.uid} has the flags {sorted(flags or ())} after {how} {sorted(given)}")
        old, old_modseq, exact = before[m.uid]
        if exact and old is not None and after(m) != old and "MODSEQ" in items and m.modseq <= old_modseq:
            raise Contradiction(f"UID {m.uid}: MODSEQ {m.modseq} did not grow with its flags")


def _first_told(answer: Answer, model: MailboxModel, by_uid: bool) -> dict[int, dict[str, Value]]:
    """The first FETCH for each UID, which is the STORE's own: news of others come behind."""
    told: dict[int, dict[str, Value]] = {}
    for number, uid, items in answer.fetched():
        if not uid and not by_uid:
            uid = model.messages[number - 1].uid
        told.setdefault(uid, items)
    return told


def expunge(step: Step) -> None:
    model, by_uid = step.model(), step.chance.random() < 0.4
    if model.read_only or (by_uid and not step.usable(by_uid=True)):
        return
    numbers, named = step.some(by_uid=True) if by_uid else ("", model.messages)
    doomed = [(m, m.modseq) for m in named if m.exact and m.flags is not None and "\\deleted" in m.flags]
    answer = step.session.ask(f"UID EXPUNGE {numbers}" if by_uid else "EXPUNGE")
    step.session.expect_only(answer, "NONEXISTENT")
    if answer.ok:
        step.must_be_gone([m for m, modseq in doomed if m.exact and m.modseq == modseq], "they are \\Deleted and unchanged")


def thin_out(step: Step) -> None:
    """Keeps the mailbox small."""
    step.chance.random()
    if not step.model().read_only:
        _store(step, "+FLAGS", ["\\Deleted"], silent=True)
    if step.session.model and not step.session.model.gone:
        expunge(step)


def copy(step: Step) -> None:
    _bring(step, moved=False)


def move(step: Step) -> None:
    _bring(step, moved=True)


def _bring(step: Step, *, moved: bool) -> None:
    model, by_uid = step.model(), step.by_uid(0.6)
    name, _ = _choose_mailbox(step)
    if moved and model.read_only:
        return
    if not model.complete():
        step.session.synchronize()
    if not step.usable(by_uid=by_uid) or model.gone:
        return
    numbers, messages = step.some(by_uid=by_uid, most=12)
    if moved:
        step.session.ledger.may_move(step.places(messages))
    answer = step.session.ask(f"{'UID ' if by_uid else ''}{'MOVE' if moved else 'COPY'} {numbers} {name}")
    step.session.expect_only(answer, "TRYCREATE", "NONEXISTENT")
    # COPYUID of a MOVE stands in an untagged OK (RFC 6851, 4.3).
    code = answer.code("COPYUID") or next((c for r in answer.untagged if (c := r.code_of("COPYUID"))), None)
    sources: list[int] = []
    if code:
        sources, targets = numbers_of(code[1]), numbers_of(code[2])
        if not set(sources) <= {m.uid for m in messages}:
            raise Contradiction(f"COPYUID names UIDs that were not asked for: {answer.status.raw!r}")
        if len(sources) != len(targets) or targets != sorted(set(targets)):
            raise Contradiction(f"COPYUID does not pair ascending UIDs: {answer.status.raw!r}")
        step.session.ledger.copied([model.place(uid) for uid in sources], [(int(code[0]), uid) for uid in targets],
                                   moved=moved, asked=answer.asked)
    if answer.ok:
        step.must_be_gone([m for m in messages if moved or m.uid not in sources], "they were moved, or not copied")


# Mailboxes.


def status(step: Step) -> None:
    name, stays = _choose_mailbox(step)
    items = "MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE MAILBOXID" + (" HIGHESTMODSEQ" if step.session.condstore else "")
    answer = step.session.ask(f"STATUS {name} ({items})")
    step.session.expect_only(answer, "NONEXISTENT")
    for response in answer.of("STATUS"):
        told = pairs_of(list_of(response.data[1]))
        if "MAILBOXID" not in told:
            continue  # of NOTIFY
        step.session.ledger.mailbox_told(
            int(str(told["UIDVALIDITY"])), name=name if stays else "", mailbox_id=str(list_of(told["MAILBOXID"])[0]),
            uid_next=int(str(told["UIDNEXT"])), modseq=int(str(told.get("HIGHESTMODSEQ", "0"))), asked=answer.asked)


def create(step: Step) -> None:
    answer = step.session.ask(f"CREATE {step.chance.choice(PASSING)}")
    step.session.expect_only(answer, "ALREADYEXISTS")
    if answer.ok:
        step.session.ledger.mailbox_created((answer.code("MAILBOXID") or [""])[0].strip("()"))


def delete(step: Step) -> None:
    answer = step.session.ask(f"DELETE {step.chance.choice(PASSING)}")
    step.session.expect_only(answer, "NONEXISTENT")
    if answer.ok:
        step.session.ledger.mailbox_deleted()


def rename(step: Step) -> None:
    old, new = step.chance.sample(PASSING, 2)
    step.session.expect_only(step.session.ask(f"RENAME {old} {new}"), "NONEXISTENT", "ALREADYEXISTS")


def list_all(step: Step) -> None:
    names = [r.data[2] for r in step.session.must_ask('LIST "" *').of("LIST")]
    texts = [n.decode() if isinstance(n, bytes) else str(n) for n in names]
    if len(set(texts)) != len(texts) or not set(STAYING) <= set(texts):
        raise Contradiction(f"LIST names {texts}")


def pipelined(step: Step) -> None:
    """Commands that go out together; none may be followed by an EXPUNGE before the next has named its messages."""
    model = step.model()
    if not model.messages or step.session.uid_only or step.session.notified == "selected":
        return
    last = 1 + int(step.chance.random() * len(model.messages))
    items = "(UID FLAGS MODSEQ)" if step.session.condstore else "(UID FLAGS)"
    commands = [f"FETCH {last} {items}", "SEARCH ALL", f"FETCH 1:{last} {items}"]
    before = list(model.messages)
    _, found, _ = step.session.pipeline(commands, step.session.rules(expunges=False, fetch=True))
    if _found(found) < set(range(1, len(before) + 1)):
        raise Contradiction(f"SEARCH ALL finds {len(_found(found))} of {len(before)} messages")


# How often, beside one another.
_WHENEVER: list[tuple[Callable[[Step], None], int]] = [
    (select, 6), (append, 16), (status, 4), (create, 2), (delete, 1), (rename, 1), (list_all, 1), (noop, 6), (idle, 2),
    (notify, 1), (reconnect, 1)]
_SELECTED: list[tuple[Callable[[Step], None], int]] = [
    (fetch, 14), (search, 7), (store, 18), (copy, 5), (move, 6), (replace, 3), (expunge, 5), (close, 1), (unselect, 1), (pipelined, 3)]


def draw(session: Session, chance: random.Random, number: int, name: str) -> Callable[[Step], None]:
    """The next step; one that needs a mailbox selects one first."""
    kinds, weights = zip(*(_WHENEVER + _SELECTED), strict=True)
    kind = chance.choices(kinds, weights)[0]
    if session.model is None and kind in [k for k, _ in _SELECTED]:
        return select
    if session.model is not None and len(session.model.messages) > _MANY and chance.random() < 0.4:
        return thin_out
    return kind
