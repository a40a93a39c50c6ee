"""The full-text index: what it finds, how soon, and that it comes back when it is lost."""

import imaplib
import re
import shutil
import subprocess
import tempfile
import time
import unicodedata
import unittest
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from random import Random

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.mail import Generator, simple
from test.harness.processes import wait_until
from test.options import options

_ANNA = "anna@example.test"
_PDFTOTEXT = ["pdftotext", "-q", "-enc", "UTF-8", "-", "-"]


class Client:
    """An IMAP session of anna's with INBOX selected."""

    def __init__(self, box: Box) -> None:
        self.imap = imaplib.IMAP4_SSL("127.0.0.1", box.imaps, ssl_context=client_tls())
        self.imap.login(_ANNA, PASSWORD)
        self.imap.select("INBOX")

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.imap.shutdown()

    def append(self, message: bytes) -> None:
        kind, said = self.imap.append("INBOX", "", "", message)
        assert kind == "OK", said

    def append_many(self, messages: list[bytes]) -> None:
        """In few commands (RFC 3502)."""
        for at in range(0, len(messages), 500):
            tag = self.imap._new_tag()  # noqa: SLF001
            literals = [b" {%d+}\r\n%s" % (len(message), message) for message in messages[at : at + 500]]
            self.imap.send(tag + b" APPEND INBOX" + b"".join(literals) + b"\r\n")
            kind, said = self.imap._command_complete("APPEND", tag)  # noqa: SLF001
            assert kind == "OK", said

    def find(self, keys: str, needle: str) -> list[int]:
        """Sequence numbers; the needle is a literal."""
        self.imap.noop()
        self.imap.literal = needle.encode()
        kind, said = self.imap._simple_command("SEARCH", "CHARSET", "UTF-8", *keys.split())  # noqa: SLF001
        kind, said = self.imap._untagged_response(kind, said, "SEARCH")  # noqa: SLF001
        assert kind == "OK", said
        return [int(number) for number in said[0].split()] if said[0] else []


def text(subject: str, body: str, kind: str = "plain") -> bytes:
    message = MIMEText(body, kind, "utf-8")
    message["Subject"], message["From"], message["To"] = subject, "bert@sender.test", _ANNA
    return message.as_bytes()


def with_file(name: str, kind: str, content: bytes) -> bytes:
    message = MIMEMultipart()
    message["Subject"], message["From"], message["To"] = f"with {name}", "bert@sender.test", _ANNA
    message.attach(MIMEText("see there"))
    attached = MIMEApplication(content, kind)
    attached.add_header("Content-Disposition", "attachment", filename=name)
    message.attach(attached)
    return message.as_bytes()


def pdf(line: str) -> bytes:
    """The smallest file that shows a line of text."""
    content = f"BT /F1 24 Tf 72 700 Td ({line}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer << /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF\n" % table


def nfkc(text_of_any: str) -> str:
    return unicodedata.normalize("NFKC", text_of_any).casefold()


class FullText(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.folder.chmod(0o755)
        self.hanging = self.folder / "hanging"
        self.hanging.write_text("#!/bin/sh\necho before it hung\nexec sleep 600\n")
        self.hanging.chmod(0o755)
        extractors = {"application/pdf": _PDFTOTEXT, "application/x-hangs": [str(self.hanging)],
                      "application/x-eats": ["tail", "/dev/zero"]}
        self.box = Box(options.program, self.folder / "box", settings={"search.extractors": extractors})
        self.addCleanup(self.box.stop)
        self.box.start()
        self.box.add_account("anna")

    def status(self) -> dict[str, object]:
        [row] = self.box.cli_json("search", "status", _ANNA)
        return dict(row)

    def complete(self, documents: int, seconds: float = 60) -> None:
        def is_so() -> bool:
            row = self.status()
            return row["state"] == "complete" and row["indexed"] == documents and row["to_extract"] == 0

        wait_until(f"{documents} messages are indexed", is_so, seconds)

    def test_in_time(self) -> None:
        """search: a new message is found at once, and is in the index within two seconds"""
        with Client(self.box) as client:
            client.append(simple("one", body="a heliotrope\r\n"))
            began = time.monotonic()
            self.assertEqual(client.find("BODY", "heliotrope"), [1])
            self.complete(1)
            self.assertLess(time.monotonic() - began, 2)
            client.append(simple("two", body="another heliotrope\r\n"))
            self.assertEqual(client.find("BODY", "heliotrope"), [1, 2])
            self.assertEqual(client.find("FUZZY BODY", "heliotropes"), [1, 2])

    def test_expunged(self) -> None:
        """search: what is expunged is not found any more"""
        with Client(self.box) as client:
            for name in ("one", "two"):
                client.append(simple(name, body=f"a heliotrope of {name}\r\n"))
            self.complete(2)
            client.imap.store("1", "+FLAGS", "\\Deleted")
            client.imap.expunge()
            self.assertEqual(client.find("BODY", "heliotrope"), [1])
            self.assertEqual(client.find("FUZZY BODY", "one"), [])

    def test_languages(self) -> None:
        """search: other forms of words by FUZZY, scripts without spaces, HTML as it is shown, and relevancies"""
        with Client(self.box) as client:
            client.append(text("Bestellung", "Anbei finden Sie die Rechnungen für die Häuser. Wir danken für den Auftrag."))
            client.append(text("Оплата", "Во вложении счёт на оплату книги. Если есть вопросы, мы на связи."))
            client.append(text("天気", "東京都の天気は晴れです。"))
            client.append(text("shown", "<p>Dear <b>cus</b>tomer &amp; friend</p><style>p {color: hidden}</style>", "html"))
            self.complete(4)
            self.assertEqual(client.find("FUZZY TEXT", "haus"), [1])
            self.assertEqual(client.find("FUZZY TEXT", "rechnung"), [1])
            self.assertEqual(client.find("FUZZY TEXT", "книга"), [2])
            self.assertEqual(client.find("FUZZY SUBJECT", "bestellungen"), [1])
            self.assertEqual(client.find("BODY", "haus"), [])
            self.assertEqual(client.find("BODY", "HÄUS"), [1])
            self.assertEqual(client.find("BODY", "天気は"), [3])
            self.assertEqual(client.find("BODY", "京都の"), [3])
            self.assertEqual(client.find("BODY", "dear customer & fr"), [4])
            self.assertEqual(client.find("BODY", "hidden"), [])
            self.assertEqual(client.find("NOT BODY", "customer"), [1, 2, 3])
            self.assertEqual(client.find("SUBJECT", "estell"), [1], "headers are compared by every substring")
            kind, said = client.imap.search(None, "RETURN (ALL RELEVANCY)", "FUZZY", "TEXT", "rechnung")
            self.assertEqual(kind, "OK", said)
            [answer] = client.imap.response("ESEARCH")[1]
            self.assertRegex(answer, rb"ALL 1 RELEVANCY \(([1-9]\d?|100)\)")

    def test_substrings(self) -> None:
        """search: in a large mailbox the index says where to look, and header searches stay exact"""
        random = Random(7)
        words = ["ledger", "invoice", "Voices", "plan", "planet", "pen-name", "a.b", "Zürich", "東京都", "x", "\u00e9te", "e\u0301te"]
        subjects = [" ".join(random.choices(words, k=random.randint(1, 4))) for _ in range(6_000)]
        messages = [f"From: {i % 50}@away.test\r\nTo: {_ANNA}\r\nSubject: {subject}\r\n\r\nx\r\n".encode()
                    for i, subject in enumerate(subjects)]
        many = ", ".join(f"member{i}@list.test" for i in range(400))
        messages += [f"From: bert@away.test\r\nTo: {many}, last@rare.test\r\n\r\nx\r\n".encode(),
                     b"X-Long: " + (b"y" * 900 + b"\r\n ") * 100 + b"y\r\nSubject: behind a long field\r\n\r\nx\r\n"]
        subjects += ["", "behind a long field"]
        with Client(self.box) as client:
            client.append_many(messages)
            self.complete(len(messages))
            client.append(text("invoices that the index has not seen", "x"))
            subjects.append("invoices that the index has not seen")
            for needle in ("voice", "PLAN", "n-na", "lanet x", "京都", "ürich p", ".", "a.b pen", "\u00e9te x", "absent", "long field", "r i"):
                expected = [i for i, subject in enumerate(subjects, 1) if nfkc(needle) in nfkc(subject)]
                self.assertEqual(client.find("SUBJECT", needle), expected, needle)
            self.assertEqual(client.find("TO", "t@rare"), [6_001], "a field that is too long for the index")
            self.assertEqual(client.find("NOT FROM", "away"), [6_002, 6_003])
            self.assertEqual(client.find("SUBJECT planet FROM", "49@a"),
                             [i for i, subject in enumerate(subjects, 1) if "planet" in subject and i % 50 == 0])

    def test_attachments(self) -> None:
        """search: a PDF is found by its text; an extractor that hangs or eats memory is ended"""
        with Client(self.box) as client:
            client.append(with_file("plan.pdf", "pdf", pdf("The submarine leaves tonight")))
            client.append(with_file("odd.bin", "x-eats", b"x"))
            client.append(with_file("slow.bin", "x-hangs", b"x"))
            self.assertEqual(client.find("BODY", "see there"), [1, 2, 3])
            wait_until("the PDF is found", lambda: client.find("BODY", "submarine leaves") == [1], 60)
            self.assertEqual(client.find("TEXT", "plan.pdf"), [1])
            self.complete(3, 60)
            self.assertEqual(client.find("BODY", "before it hung"), [3])

    def test_killed(self) -> None:
        """search: SIGKILL while the index is made, again and again; then it is complete"""
        with Client(self.box) as client:
            for message in Generator(7).take(300):
                client.append(message.bytes)
            client.append(simple("last", body="a heliotrope\r\n"))
        self.complete(301)
        for pause in (0.05, 0.2, 0.4):
            self.box.cli("search", "rebuild", "--all", "--no-wait")
            time.sleep(pause)
            self.box.kill()
            self.box.start()
            with Client(self.box) as client:
                self.assertEqual(client.find("BODY", "heliotrope"), [301])
        self.complete(301)
        checked = subprocess.run([self.box.program, "--config", self.box.config, "store", "check"], check=False)
        self.assertEqual(checked.returncode, 0)

    def test_lost(self) -> None:
        """search: its folder is taken away under a running server; it is found, and made anew"""
        with Client(self.box) as client:
            client.append(simple("one", body="a heliotrope\r\n"))
            self.complete(1)
            shutil.rmtree(self.box.data / "search")
            self.assertEqual(client.find("BODY", "heliotrope"), [1])
            self.complete(1)
            shutil.rmtree(self.box.data / "search")
            client.append(simple("two", body="a heliotrope\r\n"))
            self.complete(2)
            self.assertEqual(client.find("BODY", "heliotrope"), [1, 2])

    def test_commands(self) -> None:
        """search: status and rebuild as docs/search.md has them; an erased account's index goes"""
        page = Path("docs/search.md").read_text()
        commands = re.findall(r"^    freehold (search [^#\n]*?)\s*(?:#.*)?$", page, re.MULTILINE)
        self.assertEqual(len(commands), 3, commands)
        with Client(self.box) as client:
            client.append(simple("one", body="a heliotrope\r\n"))
            self.complete(1)
            for command in commands:
                self.box.cli(*command.replace("anna@example.org", _ANNA).split())
                self.complete(1)
        self.assertIn("no account", self.box.cli_fails("search", "rebuild", "nobody@example.test"))
        self.box.cli_fails("search", "rebuild")
        [index] = (self.box.data / "search").glob("[0-9]*")
        self.box.cli("account", "remove", _ANNA)
        wait_until("the index is gone", lambda: not index.exists())

    def test_settings_of_the_manual(self) -> None:
        """search: the extractors of docs/search.md are a right configuration; switched off, searches are exact"""
        [block] = re.findall(r"^    (\[search\.extractors\]\n(?:    .*\n)+)", Path("docs/search.md").read_text(), re.MULTILINE)
        whole = self.box.config.read_text()
        self.box.config.write_text(re.sub(r"\[search\.extractors\]\n(?:.+\n)+", re.sub(r"(?m)^    ", "", block), whole))
        self.box.cli("config", "check")
        self.box.config.write_text(whole.replace("[search.extractors]", "[search]\nenabled = false\n\n[search.extractors]"))
        self.box.restart()
        with Client(self.box) as client:
            client.append(simple("one", body="a heliotrope\r\n"))
            self.assertEqual(client.find("BODY", "liotro"), [1])
            self.assertEqual(client.find("FUZZY BODY", "liotro"), [1])
            self.assertNotIn("SEARCH=FUZZY", client.imap.capabilities)
        self.assertIn("search.enabled", self.box.cli_fails("search", "status"))
