"""Messages that no honest program makes: each must be kept or refused, and read again without harm."""

import base64
from collections.abc import Iterator

_HEAD = b"From: a@remote.test\r\nTo: anna@example.test\r\nSubject: %s\r\nMIME-Version: 1.0\r\n"


def _nested(depth: int, kind: bytes = b"mixed", close: bool = True) -> bytes:
    out = b"".join(
        b'Content-Type: multipart/%s; boundary="b%d"\r\n\r\n--b%d\r\n' % (kind, i, i) for i in range(depth))
    out += b"Content-Type: text/plain\r\n\r\nthe deepest\r\n"
    return out + (b"".join(b"--b%d--\r\n" % i for i in reversed(range(depth))) if close else b"")


def _messages_inside(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: the deepest\r\n\r\nx\r\n"


def _parts(count: int, part: bytes = b"\r\nx\r\n") -> bytes:
    return b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + (b"--b\r\n" + part) * count + b"--b--\r\n"


def hostile_mails() -> Iterator[tuple[str, bytes]]:
    """(name, message)."""
    bodies: dict[str, bytes] = {
        "no body": b"",
        "only an empty line": b"\r\n",
        "multiparts nested 20 deep": _nested(20),
        "multiparts nested 200 deep": _nested(200),
        "multiparts nested 5000 deep": _nested(5000),
        "multiparts nested 1000 deep and never closed": _nested(1000, close=False),
        "digests nested 300 deep": _nested(300, b"digest"),
        "messages within messages, 50": _messages_inside(50),
        "messages within messages, 3000": _messages_inside(3000),
        "1000 parts": _parts(1000),
        "20000 parts": _parts(20_000),
        "20000 parts without an end": _parts(20_000).removesuffix(b"--b--\r\n"),
        "100000 empty parts": _parts(100_000, b""),
        "parts of 100 header fields each": _parts(200, b"X-Field: x\r\n" * 100 + b"\r\nx\r\n"),
        "multipart without a boundary": b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n",
        "empty boundary": b'Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\nx\r\n----\r\n',
        "boundary of 10000 letters": b'Content-Type: multipart/mixed; boundary="' + b"b" * 10_000 + b'"\r\n\r\nx\r\n',
        "boundaries that begin alike": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--bb\r\n" * 20_000,
        "boundary lines only": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b--\r\n" * 20_000,
        "header of 10000 fields": b"X-Field: x\r\n" * 10_000 + b"\r\nx\r\n",
        "field of 1 MB in one line": b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\nx\r\n",
        "field folded 50000 times": b"X-Folded: x" + b"\r\n x" * 50_000 + b"\r\n\r\nx\r\n",
        "10000 recipients in To": b"Cc: " + b", ".join(b"a%d@x.test" % i for i in range(10_000)) + b"\r\n\r\nx\r\n",
        "comments nested 20000 deep": b"Reply-To: " + b"(" * 20_000 + b" a@x.test\r\n\r\nx\r\n",
        "comments nested and closed": b"Reply-To: " + b"(" * 5_000 + b")" * 5_000 + b" a@x.test\r\n\r\nx\r\n",
        "groups within groups": b"Reply-To: " + b"g:" * 10_000 + b"a@x.test" + b";" * 10_000 + b"\r\n\r\nx\r\n",
        "unclosed quote of 100 KB": b'Reply-To: "' + b"x" * 100_000 + b"\r\n\r\nx\r\n",
        "open angle brackets": b"Reply-To: " + b"<" * 50_000 + b"\r\n\r\nx\r\n",
        "20000 references": b"References: " + b"\r\n ".join(b"<%d@x.test>" % i for i in range(20_000)) + b"\r\n\r\nx\r\n",
        "reference without an end": b"References: <" + b"x" * 200_000 + b"\r\n\r\nx\r\n",
        "20000 encoded words": b"X: y\r\nComments: " + b"\r\n ".join([b"=?utf-8?q?=C3=A4?="] * 20_000) + b"\r\n\r\nx\r\n",
        "encoded words cut off": b"Comments: " + b"=?utf-8?q?" * 10_000 + b"\r\n\r\nx\r\n",
        "encoded word of an unknown charset": b"Comments: =?klingon?b?AAAA?= =?utf-8?x?AAAA?= =?utf-8?b?!!!!?=\r\n\r\nx\r\n",
        "encoded word with CRLF inside": b"Comments: =?utf-8?q?a=0D=0ABcc:_x=00?=\r\n\r\nx\r\n",
        "10000 parameters": b"Content-Type: text/plain" + b"".join(b";\r\n p%d=x" % i for i in range(10_000)) + b"\r\n\r\nx\r\n",
        "parameter in 10000 pieces": b"Content-Type: text/plain" + b"".join(b";\r\n n*%d=x" % i for i in range(10_000)) + b"\r\n\r\nx\r\n",
        "parameter pieces with silly numbers": b"Content-Type: text/plain; n*99999999999999999999=x; n*-1=y; n**=z\r\n\r\nx\r\n",
        "charset of an unknown name": b"Content-Type: text/plain; charset=x-none\r\n\r\n\xff\xfe\r\n",
        "utf-8 that is none": b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xc3\x28\xff\xf8\x88\x80\r\n",
        "utf-7 text": b"Content-Type: text/plain; charset=utf-7\r\n\r\n+AGE-+////////\r\n",
        "iso-2022-kr with shifts": b"Content-Type: text/plain; charset=iso-2022-kr\r\n\r\n\x1b$)C\x0e\x0f\x0e!!\r\n",
        "base64 of nonsense": b"Content-Transfer-Encoding: base64\r\n\r\n====!!!!\xff\xff====A\r\n",
        "base64 cut off": b"Content-Transfer-Encoding: base64\r\n\r\nQUJ\r\n",
        "quoted-printable cut off": b"Content-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n==\r\n=4\r\n=ZZ=",
        "unknown transfer encoding": b"Content-Transfer-Encoding: x-silly\r\n\r\nx\r\n",
        "content type of slashes": b"Content-Type: ////;;;;====\r\n\r\nx\r\n",
        "content type twice": b"Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "fields without names": b": x\r\n:\r\n::::\r\n\r\nx\r\n",
        "field names with spaces": b"Subject : x\r\nX Y: z\r\n\r\nx\r\n",
        "a first line that is folded": b" folded\r\n\tmore\r\n\r\nx\r\n",
        "no colon anywhere": b"hello\r\nthis is no header\r\n",
        "eight-bit header": b"Comments: \xff\xfe\xfd\r\nX-\xfc: y\r\n\r\nx\r\n",
        "date of nonsense": b"Date: Xyz, 99 Foo 99999 99:99:99 +9999999\r\nDate: \r\n\r\nx\r\n",
        "date beyond all years": b"Resent-Date: Mon, 01 Jan 99999999999999999999 00:00:00 +0000\r\n\r\nx\r\n",
        "message-id without an end": b"Message-ID: <<<<" + b"x" * 5_000 + b"\r\n\r\nx\r\n",
        "line of 500 KB": b"\r\n" + b"x" * 500_000 + b"\r\n",
        "500000 empty lines": b"\r\n" + b"\r\n" * 500_000,
        "html open 100000 times": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"\r\n",
        "html of unclosed tags and entities": b"Content-Type: text/html\r\n\r\n" + b"<a href='" * 5_000 + b"&#x" * 5_000 + b"\r\n",
        "report that is none": b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
                               b"Content-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822;\r\n\r\n" * 5_000 + b"--b--\r\n",
        "random bytes in base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(bytes(range(256)) * 100).replace(b"\n", b"\r\n"),
        "an attachment's name that leads upwards": b'Content-Disposition: attachment; filename="../../../etc/passwd"\r\n\r\nx\r\n',
        "control characters": b"Comments: \x01\x02\x1b[31m\x7f\r\n\r\n\x01\x1b]0;x\x07\r\n",
    }
    for name, body in bodies.items():
        yield name, _HEAD % name.encode() + body
