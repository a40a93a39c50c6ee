"""Mail that is signed, judged, forwarded and reported on, with a real name server and a real MTA beside the box."""

import json
import re
import smtplib
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import ClassVar

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.certificates import Authority
from test.harness.dns import NameServer
from test.harness.mail import simple
from test.harness.mailbox import Mailbox
from test.harness.postfix import Postfix
from test.harness.processes import run, wait_until
from test.options import options

# Python of Debian: it has dkimpy.
_PEER = ["/usr/bin/python3", str(Path(__file__).parents[2] / "harness" / "dkim_peer.py")]

_HONEST = "@ MX 10 mx\nmx A 127.0.0.1\nmx TXT \"v=spf1 a -all\"\n@ TXT \"v=spf1 ip4:127.0.0.1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:reports@honest.test\""
_STRICT = "@ MX 10 mx\nmx A 127.0.0.2\n@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject\""
_WARY = "@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\n_dmarc TXT \"v=DMARC1; p=quarantine\""
_PTR = "1 PTR mx.honest.test."


def txt(name: str, text: str) -> str:
    pieces = " ".join(f'"{text[i:i + 200]}"' for i in range(0, len(text), 200))
    return f"{name} TXT {pieces}"


class TrustedMail(unittest.TestCase):
    folder: ClassVar[Path]
    box: ClassVar[Box]
    postfix: ClassVar[Postfix]
    zone: ClassVar[dict[str, str]]

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.folder.chmod(0o755)
        authority = Authority(cls.folder / "ca")
        cls.postfix = Postfix(cls.folder / "postfix", certificate=authority.host("mx.honest.test"), ca_file=authority.certificate,
                              domains=("honest.test",))
        cls.addClassCleanup(cls.postfix.stop)
        cls.postfix.start()
        cls.box = Box(options.program, cls.folder / "box", certificate=authority.host("mail.example.test", "localhost"))
        cls.addClassCleanup(cls.box.stop)
        settings = {"outbound": {"smtp_port": cls.postfix.port, "ca_file": authority.certificate, "prefer_ipv4": True}}
        cls.box.configure(settings)
        cls.box.start()
        for name in ("anna", "bert"):
            cls.box.add_account(name)
        cls.box.cli("alias", "add", "away@example.test", "friend@honest.test")
        cls.box.cli("dkim", "check", "example.test")
        # What the box wants in its zone is put there, as its owner would.
        records = cls.box.cli_json("domain", "records", "example.test")
        cls.zone = {r["name"]: r["value"] for r in records if "_domainkey" in r["name"]}
        own = "\n".join(txt(r["name"] + ".", r["value"]) for r in records if r["type"] == "TXT")
        tool = cls.tool("make", "ed25519")
        (cls.folder / "list.pem").write_text(tool["pem"])
        names = NameServer(cls.folder / "dns", {
            "list.test": f"@ MX 10 mx\n@ TXT \"v=spf1 ip4:127.0.0.1 -all\"\n{txt('l._domainkey', tool['record'])}",
            "honest.test": _HONEST, "strict.test": _STRICT, "wary.test": _WARY,
            "example.test": f"@ MX 10 mail\nmail A 127.0.0.1\n{own}", "0.0.127.in-addr.arpa": _PTR})
        cls.addClassCleanup(names.stop)
        cls.box.stop()
        cls.box.configure({**settings, "dns": {"forwarders": [names.address]}})
        cls.box.start()
        cls.box.cli("dkim", "check", "example.test")

    @staticmethod
    def tool(*words: str | Path) -> dict[str, str]:
        [line] = run([options.program.parent / "dkim_tool", *words]).stdout.splitlines()
        return dict(json.loads(line))

    def deliver(self, sender: str, recipient: str, message: bytes, helo: str = "mx.honest.test") -> tuple[int, bytes]:
        """From the world to the box's port 25; the reply to the message."""
        with smtplib.SMTP("127.0.0.1", self.box.smtp, local_hostname=helo) as smtp:
            try:
                smtp.sendmail(sender, [recipient], message)
            except smtplib.SMTPDataError as error:
                return error.smtp_code, error.smtp_error
        return 250, b""

    def read(self, name: str, message_id: str, mailbox: str = "INBOX") -> bytes:
        def look() -> bytes:
            with Mailbox(self.box, name) as session:
                session.ask(f'SELECT "{mailbox}"')
                found = b"".join(r for r in session.ask(f'SEARCH HEADER Message-ID "{message_id}"') if r.startswith(b"* SEARCH")).split()[2:]
                return b"".join(session.ask(f"FETCH {found[0].decode()} (BODY.PEEK[])")) if found else b""

        return wait_until(f"{message_id} in {name}'s {mailbox}", look, 20, 0.2)

    def test_keys(self) -> None:
        """trust: a key signs once its record is seen in the DNS"""
        stages = {k["type"]: k["stage"] for k in self.box.cli_json("dkim", "list", "example.test")}
        self.assertEqual(stages, {"rsa": "signing", "ed25519": "signing"})

    def test_signed(self) -> None:
        """trust: submitted mail has two signatures that dkimpy finds good, and a tagged return path"""
        message = simple("signed", sender="anna@example.test", message_id="<signed@example.test>")
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("anna@example.test", PASSWORD)
            smtp.sendmail("anna@example.test", ["kim@honest.test"], message)
        [arrived] = wait_until("the message at Postfix", lambda: self.postfix.received("kim@honest.test"))
        text = arrived.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        job = {"do": "verify", "message": text.decode("latin-1"), "zone": self.zone}
        said = subprocess.run(_PEER, input=json.dumps(job) + "\n", capture_output=True, text=True, check=True).stdout
        self.assertEqual(json.loads(said), {"answer": [True, True]}, text.decode("latin-1"))
        self.assertRegex(arrived, rb"Return-Path: <prvs=\w+=anna@example\.test>")

    def test_honest(self) -> None:
        """trust: mail that its domain vouches for stands in the inbox with what was found out"""
        code, _ = self.deliver("joe@honest.test", "anna@example.test", simple("fine", sender="joe@honest.test", message_id="<fine@honest.test>"))
        self.assertEqual(code, 250)
        text = self.read("anna", "<fine@honest.test>")
        self.assertRegex(text, rb"Authentication-Results: mail\.example\.test;")
        for result in (rb"iprev=pass", rb"spf=pass", rb"dkim=none", rb"dmarc=pass"):
            self.assertRegex(text, result)

    def test_forged_result(self) -> None:
        """trust: a result in our name that came with the message is taken away"""
        message = b"Authentication-Results: mail.example.test; dmarc=pass header.from=bank.test\r\n" + simple(
            "forged", sender="joe@honest.test", message_id="<forged@honest.test>")
        self.deliver("joe@honest.test", "anna@example.test", message)
        text = self.read("anna", "<forged@honest.test>")
        self.assertNotIn(b"bank.test", text)
        self.assertEqual(len(re.findall(rb"Authentication-Results:", text)), 1)

    def test_reject(self) -> None:
        """trust: a forgery is refused when the domain asks for it, and the reply says why"""
        code, said = self.deliver("boss@strict.test", "anna@example.test", simple("pay this", sender="boss@strict.test"))
        self.assertEqual(code, 550)
        self.assertIn(b"strict.test", said)
        self.assertIn(b"DMARC", said)

    def test_quarantine(self) -> None:
        """trust: a forgery goes to Junk when the domain asks for that"""
        self.deliver("boss@wary.test", "bert@example.test", simple("odd", sender="boss@wary.test", message_id="<odd@wary.test>"))
        text = self.read("bert", "<odd@wary.test>", "Junk")
        self.assertRegex(text, rb"dmarc=fail")

    def test_false_list(self) -> None:
        """trust: mail that only says to be a list's, unsigned, is refused like any forgery"""
        message = b"List-Id: <talk.honest.test>\r\n" + simple("on the list", sender="boss@strict.test", message_id="<list@strict.test>")
        code, _ = self.deliver("bounce@honest.test", "bert@example.test", message)
        self.assertEqual(code, 550, "no list has signed it")

    def test_list(self) -> None:
        """trust: a list's mail, signed by the list, goes to Junk and not back, although its author's domain asks for that"""
        message = b"List-Id: <talk.list.test>\r\n" + simple("[talk] hello", sender="boss@strict.test", message_id="<talk@strict.test>")
        file = self.folder / "list.eml"
        file.write_bytes(message)
        signature = self.tool("sign", "list.test", "l", self.folder / "list.pem", "--", file)["fields"].encode()
        code, said = self.deliver("bounce@list.test", "bert@example.test", signature + message)
        self.assertEqual((code, said), (250, b""))
        self.assertIn(b"mail of a list", self.read("bert", "<talk@strict.test>", "Junk"))

    def test_complaint(self) -> None:
        """trust: a complaint about our mail is linked to the account and the message by our tag"""
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("bert@example.test", PASSWORD)
            smtp.sendmail("bert@example.test", ["lee@honest.test"], simple("buy", sender="bert@example.test", message_id="<buy@example.test>"))
        [arrived] = wait_until("the message at Postfix", lambda: self.postfix.received("lee@honest.test"))
        path = re.search(rb"Return-Path: <(\S+)>", arrived)
        assert path
        report = (b"From: fbl@honest.test\r\nSubject: complaint\r\nMIME-Version: 1.0\r\n"
                  b"Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nspam\r\n--b\r\n"
                  b"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: Honest/1\r\nVersion: 1\r\n"
                  b"Original-Mail-From: <" + path[1] + b">\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
                  + arrived.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n--b--\r\n")
        code, said = self.deliver("fbl@honest.test", "abuse-reports@example.test", report)
        self.assertEqual((code, said), (250, b""))
        [complaint] = self.box.cli_json("reports", "complaints")
        self.assertEqual((complaint["type"], complaint["sender"]), ("abuse", "bert@example.test"))
        self.assertEqual(complaint["message_id"], "buy@example.test")
        self.assertTrue(complaint["message"], "the queue's number")

    def test_forwarded(self) -> None:
        """trust: forwarded mail has a reverse path of ours and a seal; its bounce finds its way back"""
        code, _ = self.deliver("joe@honest.test", "away@example.test", simple("onward", sender="joe@honest.test", message_id="<onward@honest.test>"))
        self.assertEqual(code, 250)
        [arrived] = wait_until("the message at Postfix", lambda: self.postfix.received("friend@honest.test"))
        path = re.search(rb"Return-Path: <(SRS0=\S+=honest\.test=joe@example\.test)>", arrived)
        self.assertTrue(path, arrived)
        for field in (b"ARC-Seal:", b"ARC-Message-Signature:", b"ARC-Authentication-Results:"):
            self.assertIn(field, arrived)
        text = arrived.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        job = {"do": "arc_verify", "message": text.decode("latin-1"), "zone": self.zone}
        said = subprocess.run(_PEER, input=json.dumps(job) + "\n", capture_output=True, text=True, check=True).stdout
        self.assertEqual(json.loads(said), {"answer": "pass"})
        assert path
        code, _ = self.deliver("", path[1].decode(), simple("it came back", sender="mailer-daemon@honest.test", message_id="<back@honest.test>"))
        self.assertEqual(code, 250)
        wait_until("the bounce at its sender", lambda: any(b"<back@honest.test>" in m for m in self.postfix.received("joe@honest.test")))

    def test_forged_bounce(self) -> None:
        """trust: a bounce to a return path that we never gave is refused"""
        with smtplib.SMTP("127.0.0.1", self.box.smtp, local_hostname="mx.honest.test") as smtp:
            smtp.ehlo()
            smtp.mail("")
            code, said = smtp.rcpt("prvs=aaaaaaaaaab2=anna@example.test")
        self.assertEqual(code, 550, said)

    def test_reports(self) -> None:
        """trust: a domain that asks for it is told of the mail in its name"""
        self.deliver("joe@honest.test", "anna@example.test", simple("counted", sender="joe@honest.test", message_id="<counted@honest.test>"))

        def report() -> bytes:
            self.box.cli("reports", "send")
            return next((m for m in self.postfix.received("reports@honest.test") if b"Report Domain" in m or b"application/gzip" in m), b"")

        text = wait_until("the report", report, 30, 1)
        self.assertRegex(text, rb"filename.*honest\.test(!|%21)\d+(!|%21)\d+")
        self.assertIn(b"DKIM-Signature:", text)

    def test_report_intake(self) -> None:
        """trust: a report that comes in is read and can be asked for"""
        self.deliver("joe@honest.test", "anna@example.test", simple("again", sender="joe@honest.test", message_id="<again@honest.test>"))

        def report() -> bytes:
            self.box.cli("reports", "send")
            return next((m for m in self.postfix.received("reports@honest.test") if b"gzip" in m), b"")

        text = wait_until("a report of ours", report, 30, 1)
        attached = text[text.index(b"Content-Type: application/gzip"):].split(b"\n\n", 1)[1].split(b"\n--")[0]
        mail = (b"From: joe@honest.test\r\nSubject: report\r\nContent-Type: application/gzip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + attached.replace(b"\n", b"\r\n"))
        code, said = self.deliver("joe@honest.test", "dmarc-reports@example.test", mail)
        self.assertEqual((code, said), (250, b""))
        [source] = self.box.cli_json("reports", "dmarc")
        self.assertEqual([source[name] for name in ("domain", "source", "from", "dkim")], ["honest.test", "127.0.0.1", "honest.test", "fail"])
        self.assertRegex(self.box.cli("reports", "dmarc"), r"(?m)^honest\.test +127\.0\.0\.1 +honest\.test +\d+ +fail +pass")
        [summary] = self.box.cli_json("reports", "dmarc", "--by-report")
        self.assertEqual(summary["domain"], "honest.test")
        self.assertGreater(summary["messages"], 0)
