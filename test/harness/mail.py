"""Messages as people really send them: charsets, MIME shapes and sizes, the same ones for the same seed."""

import base64
import math
import quopri
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime

# Log-normal with this median and mean (mean = median · exp(σ²/2)).
MEDIAN_BYTES = 8 * 1024
MEAN_BYTES = 13 * 1024
_SIGMA = math.sqrt(2 * math.log(MEAN_BYTES / MEDIAN_BYTES))
_SMALLEST, _LARGEST = 700, 2 << 20
_BEGIN = datetime(2021, 3, 1, 8, 0, tzinfo=timezone.utc)

_WORDS = {
    "utf-8": "garden letter invoice Übergabe meeting café 東京 привет naïve train window report 😀 summer".split(),
    "iso-8859-1": "façade crème Straße året señor garçon lettre matin voilà pâte jour maison".split(),
    "iso-8859-15": "prix 12€ œuvre Žižek cœur maison lettre élan forêt".split(),
    "windows-1252": "“quoted” it’s — 99€ naïve résumé report weekly coöperate".split(),
    "koi8-r": "письмо встреча отчёт поезд окно лето дом сад утро".split(),
    "iso-2022-jp": "会議 資料 東京 送付 確認 電車 手紙 夏".split(),
    "shift_jis": "会議 資料 東京 送付 確認 電車 手紙 窓".split(),
    "gb18030": "会议 报告 火车 花园 夏天 信件 窗户".split(),
    "big5": "會議 報告 火車 花園 夏天 信件 窗戶".split(),
    "euc-kr": "회의 보고서 기차 정원 여름 편지 창문".split(),
    "us-ascii": "the of meeting report lunch train garden window invoice letter please thanks".split(),
}
# As often as in a European mailbox.
_CHARSETS = ["utf-8"] * 50 + ["us-ascii"] * 25 + ["iso-8859-1"] * 8 + ["windows-1252"] * 5 + [
    "iso-8859-15", "koi8-r", "iso-2022-jp", "shift_jis", "gb18030", "big5", "euc-kr"]
_PEOPLE = ["Anna Berg", "Bert Müller", "Chloé Dubois", "Дмитрий Орлов", "佐藤 恵", "O'Neil, Pat", "news", "Jörg Åse"]


@dataclass(frozen=True)
class Message:
    message_id: str  # with its angle brackets
    subject: str
    bytes: bytes


class Generator:
    """An endless row of messages to `recipient`."""

    def __init__(self, seed: int = 1, recipient: str = "anna@example.test") -> None:
        self._random = random.Random(seed)
        self._seed, self._recipient, self._count = seed, recipient, 0
        self._earlier: list[tuple[str, str]] = []  # (Message-ID, subject) that may be answered

    def __iter__(self) -> Iterator[Message]:
        while True:
            yield self.next()

    def take(self, count: int) -> list[Message]:
        return [self.next() for _ in range(count)]

    def next(self) -> Message:
        self._count += 1
        chance = self._random
        size = int(min(max(chance.lognormvariate(math.log(MEDIAN_BYTES), _SIGMA), _SMALLEST), _LARGEST))
        charset = chance.choice(_CHARSETS)
        message_id = f"<{self._seed}.{self._count}.{chance.getrandbits(48):012x}@sender.test>"
        answered = chance.choice(self._earlier[-200:]) if self._earlier and chance.random() < 0.4 else None
        subject = f"Re: {answered[1].removeprefix('Re: ')}" if answered else self._words(charset, chance.randint(2, 8))
        header = self._header(message_id, subject, charset, answered[0] if answered else "")
        body = self._body(charset, max(size - len(header), 100))
        self._earlier.append((message_id, subject))
        return Message(message_id, subject, header + body)

    def _words(self, charset: str, count: int) -> str:
        return " ".join(self._random.choice(_WORDS[charset]) for _ in range(count))

    def _header(self, message_id: str, subject: str, charset: str, answered: str) -> bytes:
        chance = self._random
        person = chance.choice(_PEOPLE)
        name = f'"{person}"' if person.isascii() else Header(person, "utf-8").encode()
        date = _BEGIN + timedelta(minutes=7 * self._count)
        fields = [
            f"Received: from out.sender.test (out.sender.test [192.0.2.{chance.randint(1, 254)}])\r\n"
            f"\tby mx.sender.test with ESMTPS id {chance.getrandbits(40):010x};\r\n\t{format_datetime(date)}",
            f"From: {name} <person{chance.randint(1, 40)}@sender.test>",
            f"To: <{self._recipient}>",
            f"Subject: {Header(subject, None if subject.isascii() else 'utf-8', header_name='Subject').encode(linesep=chr(13) + chr(10))}",
            f"Date: {format_datetime(date)}",
            f"Message-ID: {message_id}",
            "MIME-Version: 1.0",
        ]
        if answered:
            fields += [f"In-Reply-To: {answered}", f"References: {answered}"]
        if chance.random() < 0.3:
            fields += ["List-Id: News <news.sender.test>", "Precedence: list"]
        return "".join(f"{field}\r\n" for field in fields).encode()

    # Bodies: each begins with its Content-Type field.

    def _body(self, charset: str, size: int) -> bytes:
        shapes: list[tuple[int, Callable[[str, int], bytes]]] = [
            (30, self._text), (35, self._alternative), (20, self._with_attachment), (10, self._related), (5, self._forwarded)]
        return self._random.choices([s for _, s in shapes], [w for w, _ in shapes])[0](charset, size)

    def _prose(self, charset: str, size: int, *, html: bool = False) -> bytes:
        out = bytearray(b"<html><body>" if html else b"")
        while len(out) < size:
            line = self._words(charset, self._random.randint(3, 9))
            out += (f"<p>{line}</p>\r\n" if html else f"{line}\r\n").encode(charset)
        return bytes(out) + (b"</body></html>\r\n" if html else b"")

    def _text(self, charset: str, size: int, kind: str = "plain") -> bytes:
        raw = self._prose(charset, size, html=kind == "html")
        encoding = self._random.choice(["quoted-printable", "base64", "8bit"])
        if charset in ("us-ascii", "iso-2022-jp"):
            encoding = "7bit"
        if encoding == "quoted-printable":
            raw = quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        elif encoding == "base64":
            raw = _base64_lines(raw[: size * 3 // 4])
        return (f"Content-Type: text/{kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n").encode() + raw

    def _multipart(self, kind: str, parts: list[bytes]) -> bytes:
        boundary = f"=_{self._random.getrandbits(64):016x}"
        out = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\nThis is a message in parts.\r\n'.encode()
        for part in parts:
            out += f"\r\n--{boundary}\r\n".encode() + part
        return out + f"\r\n--{boundary}--\r\n".encode()

    def _alternative(self, charset: str, size: int) -> bytes:
        return self._multipart("alternative", [self._text(charset, size // 4), self._text(charset, size * 3 // 4, "html")])

    def _attachment(self, size: int, disposition: str = "attachment") -> bytes:
        kind, name = self._random.choice([("application/pdf", "report.pdf"), ("image/jpeg", "photo.jpg"), ("image/png", "plan.png")])
        more = f"Content-ID: <{self._random.getrandbits(32):08x}@sender.test>\r\n" if disposition == "inline" else ""
        head = (f'Content-Type: {kind}; name="{name}"\r\nContent-Disposition: {disposition}; filename="{name}"\r\n{more}'
                "Content-Transfer-Encoding: base64\r\n\r\n")
        return head.encode() + _base64_lines(self._random.randbytes(max(size * 3 // 4, 30)))

    def _with_attachment(self, charset: str, size: int) -> bytes:
        return self._multipart("mixed", [self._text(charset, min(size // 4, 4096)), self._attachment(size * 3 // 4)])

    def _related(self, charset: str, size: int) -> bytes:
        related = self._multipart("related", [self._text(charset, size // 3, "html"), self._attachment(size // 3, "inline")])
        return self._multipart("alternative", [self._text(charset, size // 5), related])

    def _forwarded(self, charset: str, size: int) -> bytes:
        inner = self._header(f"<inner.{self._random.getrandbits(48):012x}@sender.test>", self._words(charset, 4), charset, "")
        message = b"Content-Type: message/rfc822\r\n\r\n" + inner + self._text("us-ascii", size // 2)
        return self._multipart("mixed", [self._text(charset, size // 4), message])


def _base64_lines(raw: bytes) -> bytes:
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def simple(subject: str, *, to: str = "anna@example.test", sender: str = "someone@sender.test", message_id: str = "",
           body: str = "Hello\r\n") -> bytes:
    """A short plain message."""
    identity = message_id or f"<{random.SystemRandom().getrandbits(64):016x}@sender.test>"
    return (f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nDate: Mon, 01 Mar 2021 08:00:00 +0000\r\n"
            f"Message-ID: {identity}\r\n\r\n{body}").encode()
