"""Freehold sends through a Postfix that demands TLS and a login."""

from typing import ClassVar

from test.groups.peers.world import Peers
from test.harness.dovecot import Dovecot
from test.harness.mail import simple
from test.harness.postfix import Postfix
from test.harness.processes import wait_until

_USER, _PASSWORD = "box@relay.test", "relay-secret"


class Relays(Peers):
    relay: ClassVar[Postfix]

    @classmethod
    def start_peers(cls) -> None:
        certificate = cls.authority.host("relay.remote.test")
        dovecot = Dovecot(cls.folder / "dovecot", {_USER: _PASSWORD}, certificate=certificate)
        cls.addClassCleanup(dovecot.stop)
        dovecot.start()
        cls.relay = Postfix(
            cls.folder / "relay",
            certificate=certificate,
            ca_file=cls.authority.certificate,
            hostname="relay.remote.test",
            domains=("far.test",),
            settings={
                "mynetworks": "192.0.2.0/24",  # nobody is trusted for being near
                "smtpd_sasl_auth_enable": "yes",
                "smtpd_sasl_type": "dovecot",
                "smtpd_sasl_path": str(dovecot.sasl),
                "smtpd_sasl_authenticated_header": "yes",
                "smtpd_tls_auth_only": "yes",
                "smtpd_client_restrictions": "permit_sasl_authenticated, reject",
                "smtpd_delay_reject": "yes",
            },
        )
        cls.addClassCleanup(cls.relay.stop)
        cls.relay.start()

    def set_relay(self, password: str, host: str = "relay.remote.test") -> None:
        self.box.cli("relay", "add", host, "--port", str(self.relay.port), "--user", _USER, stdin=f"{password}\n")

    def send(self, number: str) -> str:
        message_id = f"<relayed.{number}@example.test>"
        self.submit(f"{number}@far.test", simple(number, sender="anna@example.test", message_id=message_id))
        return message_id

    def deferred(self) -> str:
        """The last reply that a message in the queue got; "" while there is none."""
        for message in self.box.cli_json("queue", "list"):
            for recipient in message["recipients"]:
                if recipient["last_reply"]:
                    return str(recipient["last_reply"])
        return ""

    # First: an open connection with the right login would be used again.
    def test_1_wrong_password(self) -> None:
        """peers: with a wrong password `relay test` says so, and mail is deferred, not bounced"""
        self.set_relay("wrong-secret")
        self.assertRegex(self.box.cli_fails("relay", "test"), "(?i)535|login|password")
        self.send("two")
        reply = wait_until("the relay's refusal in the queue", self.deferred)
        self.assertRegex(reply, "(?i)535|login|authentication")
        self.assertEqual(self.look("anna", "FROM mailer-daemon"), b"")
        self.set_relay(_PASSWORD)
        self.box.cli("queue", "retry", "all")
        wait_until("the message behind the relay", lambda: self.relay.received("two@far.test"))

    def test_2_wrong_name(self) -> None:
        """peers: a relay whose certificate is for another name gets neither password nor mail"""
        self.set_relay(_PASSWORD, "mx.remote.test")
        self.assertRegex(self.box.cli_fails("relay", "test"), "(?i)certificate|tls|name")
        self.send("three")
        wait_until("the refusal in the queue", self.deferred)
        self.assertEqual(self.relay.received("three@far.test"), [])
        self.set_relay(_PASSWORD)
        self.box.cli("queue", "retry", "all")
        wait_until("the message behind the relay", lambda: self.relay.received("three@far.test"))

    def test_3_login(self) -> None:
        """peers: Freehold relays through a Postfix that demands a login over TLS, and `relay test` passes"""
        self.set_relay(_PASSWORD)
        self.assertIn("took the login", self.box.cli("relay", "test"))
        message_id = self.send("one")
        [message] = wait_until("the message behind the relay", lambda: self.relay.received("one@far.test"))
        self.assertIn(message_id.encode(), message)
        self.assertIn(f"Authenticated sender: {_USER}".encode(), message)
        self.assertIn(b"using TLSv1.3", message)
        self.assertNotIn("relay-secret", self.box.log.read_text())
