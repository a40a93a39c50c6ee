"""An account that grows to a million messages, as fast as it can be made.

The first `most_different` messages differ: 2,000 bodies as people send them (test/harness/mail.py), each used with header
fields of its own, so that no two have the same bytes. They come by APPEND from several sessions. All further ones are COPYs of
these within INBOX: each an email of its own, with its own record, its own parsed content and its own place in the full-text
index; only bodies are shared, as the store shares them by content. All but the newest hundred are \\Seen."""

import random
import threading
import time
from email.utils import format_datetime
from datetime import datetime, timedelta, timezone

from bench.raw_imap import RawImap
from test.harness.box import PASSWORD, Box
from test.harness.mail import Generator, Message, simple

_BODIES = 2000
_FILLERS = 12
_COPIED_AT_ONCE = 5000
UNSEEN = 100
RARE = 10  # messages with a word that no other has, after each growth
_BEGIN = datetime(2005, 1, 3, tzinfo=timezone.utc)
_WORDS = ("meeting report invoice garden train window letter contract offer holiday budget server release question answer plan "
          "draft order delivery ticket reminder newsletter summer winter project review minutes agenda lunch travel").split()


class LargeAccount:
    """Messages are counted from when it is empty, and are only added by `grow`."""

    def __init__(self, box: Box, user: str, most_different: int, seed: int = 1) -> None:
        self._box, self.user, self._most_different = box, user, most_different
        self._bodies = [_body_of(m) for m in Generator(seed, user).take(_BODIES)]
        self._different: list[tuple[int, int]] = []  # ranges of UIDs
        self.different = 0
        self.rates: dict[str, float] = {}  # of making it, in messages per second

    def session(self) -> RawImap:
        return RawImap(self._box.imap, self.user, PASSWORD)

    def grow(self, messages: int) -> str:
        """To so many messages; the word that RARE of them, the newest, have in subject, sender and text."""
        with self.session() as imap:
            room = messages - RARE - _status(imap, "MESSAGES")
            if (missing := min(room, self._most_different - self.different)) > 0:
                self._append(missing)
            self._copy(imap, messages - RARE)
            word = f"zzrare{messages}"
            for n in range(RARE):
                rare = simple(f"{word} {n}", sender=f"{word}@sender.test", to=self.user, body=f"Only here: {word}\r\n")
                imap.ask("APPEND INBOX", rare)
            count = imap.ask("SELECT INBOX").number_before(b"EXISTS")
            assert count == messages, f"{count} messages"
            imap.ask(f"STORE 1:{count - UNSEEN} +FLAGS.SILENT (\\Seen)")
            imap.ask(f"STORE {count - UNSEEN + 1}:{count} -FLAGS.SILENT (\\Seen)")
        return word

    # How it is made.

    def _append(self, count: int) -> None:
        with self.session() as imap:
            first = _status(imap, "UIDNEXT")
        since = time.monotonic()
        failed: list[BaseException] = []
        end = self.different + count
        threads = [threading.Thread(target=self._append_some, args=(self.different + n, end, failed)) for n in range(_FILLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed, failed[0]
        self.rates["append"] = count / (time.monotonic() - since)
        self.different += count
        self._different.append((first, first + count - 1))

    def _append_some(self, begin: int, end: int, failed: list[BaseException]) -> None:
        try:
            with self.session() as imap:
                for number in range(begin, end, _FILLERS):
                    imap.ask("APPEND INBOX", self._message(number))
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits
            failed.append(error)

    def _message(self, number: int) -> bytes:
        chance = random.Random(number)
        subject = " ".join(chance.choices(_WORDS, k=chance.randint(2, 7)))
        date = format_datetime(_BEGIN + timedelta(minutes=10 * number))
        person = number % 997
        header = [
            f"Received: from out.sender.test by mx.example.test with ESMTPS id {number:x}; {date}",
            f"From: Person {person} <person{person}@sender{number % 89}.test>",
            f"To: <{self.user}>",
            f"Subject: {subject}",
            f"Date: {date}",
            f"Message-ID: <{number}@scale.test>",
            "MIME-Version: 1.0",
        ]
        if number and chance.random() < 0.3:
            header.append(f"In-Reply-To: <{chance.randrange(number)}@scale.test>")
        return "".join(f"{field}\r\n" for field in header).encode() + self._bodies[number % _BODIES]

    def _copy(self, imap: RawImap, messages: int) -> None:
        """Until there are so many."""
        since, begun = time.monotonic(), _status(imap, "MESSAGES")
        # Some of the different ones may have been expunged, so what has come is counted.
        while (left := messages - (have := _status(imap, "MESSAGES"))) > 0:
            imap.ask("SELECT INBOX")  # a COPY names what the session has been told of
            for first, last in self._different:
                for begin in range(first, last + 1, _COPIED_AT_ONCE):
                    end = min(begin + min(_COPIED_AT_ONCE, left), last + 1)
                    if begin < end:
                        imap.ask(f"UID COPY {begin}:{end - 1} INBOX")
                        left -= end - begin
            assert _status(imap, "MESSAGES") > have, "nothing was copied"
        if messages > begun:
            self.rates["copy"] = (messages - begun) / (time.monotonic() - since)


def _body_of(message: Message) -> bytes:
    """From its Content-Type field on."""
    return message.bytes[message.bytes.index(b"Content-Type:") :]


def _status(imap: RawImap, item: str) -> int:
    tail = imap.ask(f"STATUS INBOX ({item})").tail
    return int(tail.rpartition(f"({item} ".encode())[2].partition(b")")[0])
