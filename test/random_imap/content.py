"""Messages that are told apart by their subjects and can be made again from them."""

import random
import re

_SUBJECT = re.compile(rb"^Subject: (r\S+)\r\n", re.MULTILINE | re.IGNORECASE)


def message_of(content: str) -> bytes:
    """The message with this subject, always the same one; most are small."""
    chance = random.Random(content)
    size = 60_000 if chance.random() < 0.02 else chance.randint(10, 1500)
    text = chance.randbytes(size // 2).hex()
    lines = "\r\n".join(text[i : i + 70] for i in range(0, len(text), 70))
    return (f"From: <{content.split('-')[0]}@sender.test>\r\nTo: <anna@example.test>\r\nSubject: {content}\r\n"
            f"Date: Mon, 01 Mar 2021 08:00:00 +0000\r\nMessage-ID: <{content}@sender.test>\r\n\r\n{lines}\r\n").encode()


def content_of(header: bytes) -> str:
    found = _SUBJECT.search(header)
    assert found, f"a message without a subject: {header[:200]!r}"
    return found[1].decode()
