"""swaks, curl and Python's own clients."""

import imaplib
import smtplib
from email import message_from_bytes, policy

from test.groups.peers.world import Peers
from test.harness.box import PASSWORD, client_tls
from test.harness.mail import Generator, simple
from test.harness.processes import run


class Clients(Peers):
    def swaks(self, port: int, *more: str) -> None:
        run(["swaks", "--server", "127.0.0.1", "--port", str(port), "--auth-user", "anna@example.test", "--auth-password", PASSWORD]
            + ["--from", "anna@example.test", "--to", "bert@example.test", "--h-From", "anna@example.test", *more])

    def curl(self, *args: str, stdin: str = "") -> str:
        """curl, which verifies the certificate."""
        names = [f"mail.example.test:{port}:127.0.0.1" for port in (self.box.submission, self.box.submissions, self.box.imap, self.box.imaps)]
        resolve = [word for name in names for word in ("--resolve", name)]
        login = ["--user", f"anna@example.test:{PASSWORD}"]
        return run(["curl", "--silent", "--show-error", "--max-time", "20", "--cacert", self.authority.certificate, *resolve, *login, *args], stdin=stdin).stdout

    def test_swaks(self) -> None:
        """peers: swaks submits over STARTTLS and TLS with each mechanism"""
        for mechanism in ("PLAIN", "LOGIN"):
            self.swaks(self.box.submission, "-tls", "--auth", mechanism, "--h-Message-Id", f"<starttls.{mechanism}@swaks.test>")
            self.swaks(self.box.submissions, "--tls-on-connect", "--auth", mechanism, "--h-Message-Id", f"<tls.{mechanism}@swaks.test>")
            for way in ("starttls", "tls"):
                self.find("bert", f"<{way}.{mechanism}@swaks.test>")

    def test_curl_submits(self) -> None:
        """peers: curl submits with a verified certificate"""
        for number, url in enumerate((f"smtp://mail.example.test:{self.box.submission}", f"smtps://mail.example.test:{self.box.submissions}")):
            message = simple("by curl", sender="anna@example.test", message_id=f"<{number}@curl.test>").decode()
            self.curl(url, "--ssl-reqd", "--mail-from", "anna@example.test", "--mail-rcpt", "bert@example.test", "--upload-file", "-", stdin=message)
            self.find("bert", f"<{number}@curl.test>")

    def test_curl_reads(self) -> None:
        """peers: curl reads over IMAPS and over STARTTLS"""
        with smtplib.SMTP("127.0.0.1", self.box.smtp) as smtp:
            smtp.sendmail("s@remote.test", "anna@example.test", simple("for curl", message_id="<read@curl.test>"))
        for url in (f"imaps://mail.example.test:{self.box.imaps}", f"imap://mail.example.test:{self.box.imap}"):
            found = self.curl("--ssl-reqd", f"{url}/INBOX", "-X", "SEARCH SUBJECT curl")
            number = found.split()[-1]
            self.assertIn("<read@curl.test>", self.curl("--ssl-reqd", f"{url}/INBOX;MAILINDEX={number}"))
            self.assertIn("INBOX", self.curl("--ssl-reqd", url))

    def test_metrics(self) -> None:
        """peers: the metrics can be read, and count"""
        text = run(["curl", "--silent", "--max-time", "20", f"http://127.0.0.1:{self.box.metrics}/metrics"]).stdout
        self.assertRegex(text, r"(?m)^freehold_imap_sessions \d")
        self.assertRegex(text, r"(?m)^# HELP freehold_")

    def test_scripted_day(self) -> None:
        """peers: a day with Python's imaplib and smtplib"""
        with smtplib.SMTP("localhost", self.box.submission) as smtp:
            smtp.starttls(context=client_tls(self.authority.certificate))
            smtp.login("bert@example.test", PASSWORD)
            for number in range(10):
                smtp.sendmail("bert@example.test", ["anna@example.test"], simple(f"day {number}", sender="bert@example.test", message_id=f"<day.{number}@example.test>"))
        with imaplib.IMAP4_SSL("localhost", self.box.imaps, ssl_context=client_tls(self.authority.certificate)) as imap:
            imap.login("anna@example.test", PASSWORD)
            self.ok(imap.create("Done"))
            self.ok(imap.subscribe("Done"))
            self.ok(imap.select("INBOX"))
            [numbers] = self.ok(imap.search(None, "SUBJECT", '"day "'))
            self.assertEqual(len(numbers.split()), 10)
            for number in numbers.split()[:4]:
                self.ok(imap.store(number, "+FLAGS", "(\\Answered)"))
            [answered] = self.ok(imap.uid("SEARCH", "ANSWERED"))
            uids = b",".join(answered.split())
            self.ok(imap.uid("COPY", uids, "Done"))
            self.ok(imap.uid("STORE", uids, "+FLAGS.SILENT", "(\\Deleted)"))
            self.ok(imap.expunge())
            draft = Generator(5).next()
            self.ok(imap.append("Drafts", "(\\Draft)", imaplib.Time2Internaldate(0), draft.bytes))
            self.assertEqual(self.ok(imap.select("Done")), [b"4"])
            for _, text in [r for r in self.ok(imap.fetch("1:*", "(RFC822)")) if isinstance(r, tuple)]:
                message = message_from_bytes(text, policy=policy.default)
                self.assertTrue(message["Subject"].startswith("day"))
            self.ok(imap.select("Drafts"))
            [(_, kept), _] = self.ok(imap.fetch("1", "(BODY.PEEK[])"))
            self.assertEqual(kept, draft.bytes)
            self.ok(imap.close())
            self.ok(imap.rename("Done", "Archive/2021"))
            self.assertTrue(any(b"Archive/2021" in line for line in self.ok(imap.list())))
            self.ok(imap.delete("Archive/2021"))
            self.ok(imap.logout(), "BYE")

    def ok(self, answer, expected: str = "OK"):  # noqa: ANN001, ANN201
        self.assertEqual(answer[0], expected, answer)
        return answer[1]
