"""Whether messages can be seen, over IMAP."""

import contextlib
import imaplib
import re
import time
from collections.abc import Iterator, Mapping

_PAUSE = 0.005


class Mailboxes:
    """A session for each mailbox, opened before the clock runs."""

    def __init__(self, port: int, users: tuple[str, ...], password: str) -> None:
        self._sessions: dict[str, imaplib.IMAP4] = {}
        for user in users:
            session = imaplib.IMAP4("127.0.0.1", port, timeout=60)
            session.login(user, password)
            self._sessions[user] = session

    def wait_for(self, counts: Mapping[str, int], seconds: float = 120) -> None:
        """Returns when every mailbox has its count. They are asked one after another: asking costs the server little."""
        deadline = time.monotonic() + seconds
        for user, count in counts.items():
            while (found := self.count(user)) < count:
                if time.monotonic() > deadline:
                    raise AssertionError(f"{user} has {found} messages of {count}")
                time.sleep(_PAUSE)

    def count(self, user: str) -> int:
        _, data = self._sessions[user].status("INBOX", "(MESSAGES)")
        found = re.search(rb"MESSAGES (\d+)", data[0] or b"")
        return int(found[1]) if found else 0

    def close(self) -> None:
        for session in self._sessions.values():
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                session.logout()


@contextlib.contextmanager
def mailboxes(port: int, users: tuple[str, ...], password: str) -> Iterator[Mailboxes]:
    opened = Mailboxes(port, users, password)
    try:
        yield opened
    finally:
        opened.close()
