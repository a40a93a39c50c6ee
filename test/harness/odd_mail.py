"""Messages whose shape is hard on canonical forms; the same ones for the same seed. Line ends are CRLF."""

import random

_WORDS = "garden letter invoice meeting train window report summer lunch thanks".split()


def _text(chance: random.Random, size: int) -> bytes:
    """Words with blanks of all kinds between and after them."""
    out = b""
    while len(out) < size:
        out += chance.choice(_WORDS).encode() + chance.choice([b" ", b" ", b"  ", b"\t", b" \t ", b"\r\n", b" \r\n", b"\t\r\n\r\n"])
    return out


def _bodies(chance: random.Random) -> list[bytes]:
    word = chance.choice(_WORDS).encode()
    return [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        word + b"\r\n",
        word + b"\r\n" * chance.randint(2, 9),
        word + b" \t\r\n \r\n\t\r\n",
        b" " + word + b"  " + word + b"\t\r\n",
        b"\r\n\r\n" + word + b"\r\n",
        "Übergabe — 東京 €\r\n".encode(),
        bytes(chance.choice(range(128, 256)) for _ in range(100)) + b"\r\n",
        _text(chance, chance.randint(100, 3000)) + b"end\r\n",
        b"x" * 997 + b"\r\n" + word + b"\r\n",
        (b"-" * 60 + b" \r\n") * 40,
        b"." + word + b"\r\n..\r\n-- \r\n" + word + b"\r\n",
        _text(chance, 70_000) + b"end\r\n",
        word + b"\r\nno final line end",
    ]


def _fields(chance: random.Random) -> list[bytes]:
    word = chance.choice(_WORDS).encode()
    odd = [
        b"X-Odd: " + word + b"\r\n",
        b"X-Odd:" + word + b"   \t\r\n",
        b"X-Odd:\r\n " + word + b"\r\n",
        b"X-Odd: one\r\nX-Odd: two\r\nX-Odd: three\r\n",
        b"X-Odd: " + (word + b" ") * 60 + b"\r\n",
        b"X-Odd: a\r\n\tb\r\n  c \t d\r\n",
        b"X-Odd:\r\n",
        b"x-oDD: " + word + b";" + word + b"=:\r\n",
        "X-Odd: ünï 東京\r\n".encode(),
        b"Cc: a@x.test,\r\n\tb@x.test,\r\n      c@x.test\r\nReply-To: d@x.test\r\n",
        b"List-Id: <l.x.test>\r\nList-Unsubscribe: <https://x.test/u>\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain;\r\n charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n",
    ]
    return chance.sample(odd, chance.randint(1, 4))


def odd_mails(seed: int, count: int) -> list[bytes]:
    chance = random.Random(seed)
    mails = []
    for number in range(count):
        fields = [
            b'From: "Anna  Berg" <anna@a.test>\r\n',
            b"To: bert@b.test\r\n",
            b"Subject: " + chance.choice([b"hello", b"the  garden\r\n\tand the house", b"", b"  x"]) + b"\r\n",
            b"Date: Mon, 23 Nov 2026 20:47:06 +0000\r\n",
            b"Message-ID: <%d.%d@a.test>\r\n" % (seed, number),
            *_fields(chance),
        ]
        chance.shuffle(fields)
        bodies = _bodies(chance)
        mails.append(b"".join(fields) + b"\r\n" + bodies[number % len(bodies)])
    return mails


def tampered(mail: bytes, seed: int) -> list[tuple[str, bytes]]:
    """The message with one thing changed that every canonical form keeps, by name of the change."""
    chance = random.Random(seed)
    header, _, body = mail.partition(b"\r\n\r\n")
    out = [
        ("a field is changed", header.replace(b"anna@a.test", b"mallory@a.test") + b"\r\n\r\n" + body),
        ("the recipient goes", header.replace(b"\r\nTo: bert@b.test", b"").replace(b"\r\n\r\n", b"\r\n") + b"\r\n\r\n" + body
         if b"\r\nTo: bert@b.test" in header else header.replace(b"bert@", b"bart@") + b"\r\n\r\n" + body),
        ("a line is added", mail + (b"" if mail.endswith(b"\r\n") else b"\r\n") + b"added\r\n"),
        ("a line is put before", header + b"\r\n\r\nbefore\r\n" + body),
    ]
    places = [i for i, byte in enumerate(body) if chr(byte).isalnum() and byte < 128]
    if places:
        at = chance.choice(places)
        out.append(("a letter is changed", header + b"\r\n\r\n" + body[:at] + (b"Q" if body[at : at + 1] != b"Q" else b"R") + body[at + 1 :]))
    return out
