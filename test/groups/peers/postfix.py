"""Postfix delivers to Freehold and takes mail from it, over STARTTLS and LMTP."""

from typing import ClassVar

from test.groups.peers.world import Peers
from test.harness.mail import Generator, simple
from test.harness.postfix import Postfix
from test.harness.processes import wait_until


class PostfixPeers(Peers):
    postfix: ClassVar[Postfix]

    @classmethod
    def start_peers(cls) -> None:
        cls.postfix = Postfix(
            cls.folder / "postfix",
            certificate=cls.authority.host("mx.remote.test"),
            ca_file=cls.authority.certificate,
            domains=("remote.test",),
            transports={"example.test": f"smtp:[127.0.0.1]:{cls.box.smtp}", "lmtp.test": f"lmtp:unix:{cls.box.lmtp}"},
            settings={
                "smtp_tls_security_level": "verify",
                "smtp_tls_verify_cert_match": "mail.example.test",
                "smtpd_recipient_restrictions": "check_recipient_access inline:{nobody@remote.test=REJECT}, permit",
            },
        )
        cls.addClassCleanup(cls.postfix.stop)
        cls.postfix.start()
        cls.mx_port = cls.postfix.port

    def run(self, result=None):  # noqa: ANN001, ANN201
        failed = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > failed:
            print(self.postfix.log_tail())

    def test_delivers(self) -> None:
        """peers: Postfix delivers to Freehold over verified STARTTLS"""
        for message in Generator(11).take(20):
            self.postfix.send("sender@remote.test", "anna@example.test", message.bytes)
        for message in Generator(11).take(20):
            text = self.find("anna", message.message_id)
        self.assertRegex(text, rb"by mail\.example\.test with (UTF8SMTPS|ESMTPS)")

    def test_receives(self) -> None:
        """peers: Postfix takes mail from Freehold over STARTTLS, found by its MX record"""
        self.submit("joe@remote.test", simple("out", sender="anna@example.test", message_id="<out@example.test>"))
        [message] = wait_until("the message at Postfix", lambda: self.postfix.received("joe@remote.test"))
        self.assertIn(b"using TLSv1.3", message)
        self.assertIn(b"<out@example.test>", message)
        self.assertRegex(message, rb"Return-Path: <prvs=\w+=anna@example\.test>")
        wait_until("the queue is empty", lambda: self.box.cli_json("queue", "list") == [])

    def test_utf8(self) -> None:
        """peers: eight-bit and large messages come through Postfix as they were sent"""
        body = "Grüße aus dem Garten\r\n" * 20_000
        head = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        message = simple("big", sender="anna@example.test", message_id="<big@example.test>", body=body).decode().replace("\r\n\r\n", f"\r\n{head}\r\n", 1)
        self.submit("kim@remote.test", message.encode())
        [arrived] = wait_until("the message at Postfix", lambda: self.postfix.received("kim@remote.test"))
        self.assertTrue(arrived.endswith(body.replace("\r\n", "\n").encode()))

    def test_unknown_remote_user(self) -> None:
        """peers: the report on an unknown remote user arrives in the sender's INBOX"""
        self.submit("nobody@remote.test", simple("lost", sender="anna@example.test", message_id="<lost@example.test>"))
        report = wait_until("the report", lambda: self.look("anna", "FROM mailer-daemon"), 20, 0.2)
        self.assertRegex(report, rb"(?i)multipart/report")
        self.assertRegex(report, rb"(?i)Final-Recipient: *rfc822; *nobody@remote\.test")
        self.assertRegex(report, rb"Action: failed\r\n")
        self.assertRegex(report, rb"Status: 5\.[17]\.\d")
        self.assertIn(b"Return-Path: <>", report)
        self.assertIn(b"<lost@example.test>", report)

    def test_unknown_domain(self) -> None:
        """peers: a domain that does not exist is reported at once"""
        self.submit("x@nowhere.remote.test", simple("lost", sender="bert@example.test"), "bert@example.test")
        report = wait_until("the report", lambda: self.look("bert", "FROM mailer-daemon"), 20, 0.2)
        self.assertRegex(report, rb"Status: 5\.1\.2|Status: 5\.4\.4")

    def test_unknown_local_user(self) -> None:
        """peers: Postfix's report on an unknown user of ours names our refusal"""
        self.postfix.send("joe@remote.test", "stranger@example.test", simple("to a stranger"))

        def report() -> bytes:
            return next((m for m in self.postfix.received("joe@remote.test") if b"stranger@example.test" in m), b"")

        self.assertIn(b"550 5.1.1", wait_until("Postfix's report", report))

    def test_lmtp(self) -> None:
        """peers: Postfix delivers by LMTP"""
        self.box.cli("domain", "add", "lmtp.test")
        self.box.add_account("anna@lmtp.test")
        self.postfix.send("sender@remote.test", "anna@lmtp.test", simple("by lmtp", message_id="<lmtp@remote.test>"))
        wait_until("the message", lambda: any(a["name"] == "anna@lmtp.test" and a["emails"] == 1 for a in self.box.cli_json("account", "list")))
