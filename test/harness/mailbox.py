"""What an account's INBOX holds, read over IMAP."""

import re

from test.harness.box import PASSWORD, Box
from test.harness.connection import Connection

_MESSAGE_ID = re.compile(rb"UID (\d+) .*?Message-ID: (<[^>]*>)", re.DOTALL | re.IGNORECASE)


class Mailbox:
    """One session with INBOX selected."""

    def __init__(self, box: Box, name: str) -> None:
        self._connection = Connection(box.imaps, 60)
        self._connection.start_tls()
        self._connection.line()
        self.ask(f"LOGIN {name}@{box.domain} {PASSWORD}")
        selected = self.ask("SELECT INBOX")
        self.exists = next(int(r.split()[1]) for r in selected if r.endswith(b" EXISTS\r\n"))

    def __enter__(self) -> "Mailbox":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, command: str) -> list[bytes]:
        """The untagged responses of a command that has to succeed."""
        self._connection.send(f"t {command}\r\n".encode())
        responses: list[bytes] = []
        while not (response := self._connection.response()).startswith(b"t "):
            assert response, f"{command}: the server closed the connection"
            responses.append(response)
        assert response.startswith(b"t OK"), f"{command}: {response!r}"
        return responses

    def message_ids(self, first_uid: int = 1) -> list[tuple[int, str]]:
        """(UID, Message-ID) of the messages from a UID on."""
        found: list[tuple[int, str]] = []
        for response in self.ask(f"UID FETCH {first_uid}:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"):
            match = _MESSAGE_ID.search(response)
            if match and int(match[1]) >= first_uid:
                found.append((int(match[1]), match[2].decode()))
        return found
