"""Mail filters over the milter protocol: rspamd, ClamAV and one over libmilter, as real processes."""

import re
import smtplib
import tempfile
import unittest
from pathlib import Path
from typing import Any

from test.harness.box import DOMAIN, PASSWORD, Box, client_tls
from test.harness.mailbox import Mailbox
from test.harness.milters import EICAR, GTUBE, ClamAv, Filter, LibMilter, Rspamd
from test.harness.template import Template
from test.options import options

_ANNA, _BERT = f"anna@{DOMAIN}", f"bert@{DOMAIN}"


def letter(subject: str, body: bytes = b"See you tomorrow at nine.\r\n", fields: str = "", sender: str = "friend@far.test") -> bytes:
    header = (
        f"From: {sender}\r\nTo: {_ANNA}\r\nSubject: {subject}\r\nMessage-ID: <{subject.replace(' ', '.')}@far.test>\r\n"
        f"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n{fields}\r\n"
    )
    return header.encode() + body


class Milters(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.template = Template(options.program, cls.folder / "template")
        cls.boxes = 0

    def begin(self, kind: type[Filter], *args: str, **settings: Any) -> tuple[Box, Any]:
        """A filter, and a box that asks it."""
        type(self).boxes += 1
        folder = self.folder / str(self.boxes)
        asked = kind(folder / "filter", *args)
        asked.start()
        self.addCleanup(asked.kill)
        milter = {"name": asked.name, "address": asked.address, **settings}
        box = self.template.make(folder / "box", {"milter": [milter], "filter": {"enabled": False}, "search": {"enabled": False}})
        box.start()
        self.addCleanup(box.stop)
        self.box, self.filter = box, asked
        return box, asked

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors) if result else 0
        done = super().run(result)
        if result and len(result.failures) + len(result.errors) > before and hasattr(self, "box"):
            print(self.box.log_tail(25), self.filter.log_tail(), sep="\n")
        return done

    def deliver(self, message: bytes, sender: str = "friend@far.test", to: tuple[str, ...] = (_ANNA,)) -> str:
        """Over port 25; the reply to the message, or to what was refused before it."""
        with smtplib.SMTP("127.0.0.1", self.box.smtp, local_hostname="mx.far.test", timeout=60) as smtp:
            try:
                smtp.ehlo()
                for step in (lambda: smtp.mail(sender), *(lambda name=name: smtp.rcpt(name) for name in to)):
                    code, text = step()
                    if code != 250:
                        return f"{code} {text.decode()}"
                code, text = smtp.data(message)
            except smtplib.SMTPDataError as refused:
                code, text = refused.smtp_code, refused.smtp_error
            return f"{code} {text.decode() if isinstance(text, bytes) else text}"

    def submit(self, message: bytes, to: str) -> str:
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login(_ANNA, PASSWORD)
            smtp.mail(_ANNA)
            smtp.rcpt(to)
            code, text = smtp.data(message)
            return f"{code} {text.decode()}"

    def mail_of(self, name: str, mailbox: str = "INBOX") -> list[bytes]:
        with Mailbox(self.box, name) as session:
            if not any(r.split()[1] != b"0" for r in session.ask(f"SELECT {mailbox}") if r.endswith(b" EXISTS\r\n")):
                return []
            return [r for r in session.ask("FETCH 1:* (BODY.PEEK[])") if b"FETCH" in r]

    # rspamd.

    def test_rspamd(self) -> None:
        """milter.rspamd: spam (GTUBE) is refused with rspamd's reply; wanted mail comes with rspamd's fields"""
        self.begin(Rspamd)
        self.assertRegex(self.deliver(letter("spam", GTUBE + b"\r\n")), r"^5\d\d 5\.7\.1 .*(?i:gtube|spam)")
        self.assertRegex(self.deliver(letter("wanted")), "^250 ")
        [wanted] = self.mail_of("anna")
        header = wanted.partition(b"\r\n\r\n")[0]
        self.assertRegex(header, rb"(?m)^X-Spam[d-]")
        self.assertRegex(header, rb"(?m)^Authentication-Results: mail\.example\.test")
        self.assertIn("verdict=refused", self.box.log.read_text())

    def test_failure(self) -> None:
        """milter.failure: without its filter mail waits (tempfail) or passes (accept); when it is back, it is asked again"""
        box, rspamd = self.begin(Rspamd, on_failure="tempfail")
        self.assertRegex(self.deliver(letter("before")), "^250 ")
        rspamd.kill()
        self.assertRegex(self.deliver(letter("closed")), "^451 4.7.1 ")
        rspamd.start()
        self.assertRegex(self.deliver(letter("back")), "^250 ")
        box.stop()
        milter = {"name": "rspamd", "address": rspamd.address, "on_failure": "accept"}
        box.configure({"milter": [milter], "filter": {"enabled": False}, "search": {"enabled": False}})
        box.start()
        with smtplib.SMTP("127.0.0.1", box.smtp, timeout=60) as smtp:  # it dies in the middle of a message
            smtp.ehlo("mx.far.test")
            self.assertEqual(smtp.mail("friend@far.test")[0], 250)
            rspamd.kill()
            self.assertEqual(smtp.rcpt(_ANNA)[0], 250)
            self.assertEqual(smtp.data(letter("open"))[0], 250)
        self.assertRegex(self.deliver(letter("open again", GTUBE)), "^250 ")
        self.assertIn("milter.failed", box.log.read_text())
        rspamd.start()
        self.assertRegex(self.deliver(letter("asked again", GTUBE)), "^5")
        self.assertEqual(len(self.mail_of("anna")), 4)

    # ClamAV.

    def test_clamav(self) -> None:
        """milter.clamav: an infected attachment is refused by name; clean mail says that it was looked at"""
        self.begin(ClamAv)
        self.assertRegex(self.deliver(letter("infected", EICAR)), r"^550 5\.7\.1 infected: Eicar-Test")
        forged = "X-Virus-Status: Clean as can be\r\n"
        self.assertRegex(self.deliver(letter("clean", fields=forged)), "^250 ")
        [clean] = self.mail_of("anna")
        self.assertRegex(clean, rb"(?m)^X-Virus-Status: Clean\r$")
        self.assertNotIn(b"as can be", clean)

    def test_quarantine(self) -> None:
        """milter.quarantine: what ClamAV holds back is in Junk with the reason; a forged reason is gone"""
        self.begin(ClamAv, "Quarantine")
        forged = "X-Freehold-Quarantine: nobody; nothing\r\n"
        self.assertRegex(self.deliver(letter("infected", EICAR, forged)), "^250 ")
        self.assertEqual(self.mail_of("anna"), [])
        [infected] = self.mail_of("anna", "Junk")
        self.assertRegex(infected, rb"(?m)^X-Freehold-Quarantine: clamav-milter; ")
        self.assertNotIn(b"nobody; nothing", infected)
        self.assertIn("quarantine", self.box.log.read_text())

    # libmilter.

    def test_stages(self) -> None:
        """milter.stages: each command gets the filter's own refusal; what it discards is taken and let go"""
        self.begin(LibMilter)
        self.assertRegex(self.deliver(letter("x"), "refuse@far.test"), "^550 5.7.1 no sender of yours")
        self.assertRegex(self.deliver(letter("x"), "discard@far.test"), "^250 ")
        self.assertRegex(self.deliver(letter("x", fields="Odd-Refuse: yes\r\n")), "(?s)^554 5.7.9 refused.*at the end")
        with smtplib.SMTP("127.0.0.1", self.box.smtp, timeout=60) as smtp:
            smtp.ehlo("refuse.test")
            self.assertEqual(smtp.mail("a@far.test"), (554, b"5.7.1 no HELO of yours"))
            smtp.ehlo("mx.far.test")
            self.assertEqual(smtp.mail("accept@far.test")[0], 250)
            self.assertEqual(smtp.rcpt(_ANNA)[0], 250)
            self.assertEqual(smtp.data(letter("accepted"))[0], 250)
        [accepted] = self.mail_of("anna")
        self.assertNotIn(b"X-Odd-", accepted)

    def test_changes(self) -> None:
        """milter.changes: a filter changes a field, adds fields and takes a recipient away; the rest stays as it came"""
        self.begin(LibMilter)
        fields = f"Odd-Subject: [seen] x\r\nOdd-Remove: <{_BERT}>\r\n"
        self.assertRegex(self.deliver(letter("x", fields=fields), to=(_ANNA, _BERT)), "^250 ")
        self.assertEqual(self.mail_of("bert"), [])
        [changed] = self.mail_of("anna")
        self.assertRegex(changed, rb"(?m)^Subject: \[seen\] x\r$")
        self.assertNotIn(b"Odd-Subject", changed)
        self.assertRegex(changed, rb"(?m)^X-Odd-Bytes: 27\r$")
        self.assertIn(b"\r\n\r\nSee you tomorrow at nine.\r\n", changed)
        self.assertRegex(changed, rb"(?s)X-Odd-Macros: .*client_addr=127\.0\.0\.1.*j=mail\.example\.test.*mail_addr=friend@far\.test")
        self.assertIn("is fine", self.box.cli("config", "check"))
        self.box.stop()
        self.assertRegex(self.box.cli("store", "check"), "is clean")

    def test_slow(self) -> None:
        """milter.slow: a filter that says that it is at work gets more time than one answer may take"""
        self.begin(LibMilter, timeout_seconds=2, message_timeout_seconds=2)
        self.assertRegex(self.deliver(letter("slow", fields="Odd-Slow: 4\r\n")), "^250 ")

    def test_submission(self) -> None:
        """milter.submission: users' mail is asked about with their login, and held back by a refusal"""
        self.begin(LibMilter, listeners=["submission"])
        self.assertRegex(self.submit(letter("mine", sender=_ANNA, fields="Odd-Subject: ours\r\n"), _BERT), "^250 ")
        self.assertRegex(self.submit(letter("held", sender=_ANNA, fields="Odd-Quarantine: odd\r\n"), _BERT), "^550 5.7.1 .*odd")
        [mine] = self.mail_of("bert")
        self.assertRegex(mine, rb"(?s)X-Odd-Macros: auth_authen=\S+\s+auth_type=(PLAIN|LOGIN|SCRAM\S+)\s.*daemon_name=MSA.*tls_version=TLSv1")
        self.assertIn(b"Subject: ours\r\n", mine)
        self.assertRegex(self.deliver(letter("other"), "refuse@far.test"), "^250 ")  # port 25 is not asked about

    def test_large(self) -> None:
        """milter.large: 40 MB pass a filter that changes their header, and memory stays small"""
        box, _ = self.begin(LibMilter, message_timeout_seconds=60)
        body = b"".join(b"line %07d of a large message, which is long enough\r\n" % i for i in range(760_000))
        self.assertRegex(self.deliver(letter("warm", body)), "^250 ")
        before = box.peak_bytes()
        self.assertRegex(self.deliver(letter("large", body + b"x\r\n", "Odd-Subject: changed\r\n")), "^250 ")
        if box.tells_memory():
            self.assertLess(box.peak_bytes() - before, 16 << 20)
        with Mailbox(box, "anna") as anna:
            header = b"".join(anna.ask("FETCH 2 (RFC822.SIZE BODY.PEEK[HEADER])"))
        self.assertIn(b"Subject: changed\r\n", header)
        self.assertIn(f"X-Odd-Bytes: {len(body) + 3}\r\n".encode(), header)
        size = re.search(rb"RFC822.SIZE (\d+)", header)
        self.assertGreater(int(size[1]) if size else 0, len(body))

    # The configuration.

    def test_configuration(self) -> None:
        """milter.configuration: `config check` says what is wrong with a filter"""
        box = self.template.make(self.folder / "configuration")
        good = {"name": "x", "address": "inet:127.0.0.1:11332"}
        for wrong, said in (
            ({"address": "inet:filter.test:11332"}, "no 'address' that can be used"),
            ({"address": "unix:relative"}, "no 'address' that can be used"),
            ({"name": ""}, "needs a 'name'"),
            ({"on_failure": "perhaps"}, "milter.on_failure"),
            ({"listeners": ["imap"]}, "'imap' is no listener"),
            ({"timeout_seconds": 0}, "from 1 to 540"),
            ({"adress": "x"}, "'milter.adress' is not known"),
        ):
            box.configure({"milter": [good, {**good, **wrong}]})
            self.assertIn(said, box.cli_fails("config", "check"))
        box.configure({"milter": [good], "listen": {"metrics": 0}})
        self.assertIn("is fine", box.cli("config", "check"))
