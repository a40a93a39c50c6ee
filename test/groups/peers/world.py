"""What the peers share: a certificate authority, names, and a box that trusts both."""

import smtplib
import tempfile
import unittest
from pathlib import Path
from typing import ClassVar

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.certificates import Authority
from test.harness.dns import NameServer
from test.harness.mailbox import Mailbox
from test.harness.processes import wait_until
from test.options import options

ZONE = "@ MX 10 mx\nmx A 127.0.0.1\nrelay A 127.0.0.1"


class Peers(unittest.TestCase):
    """A box for each class of tests. A class starts its peers in `start_peers` and the box is ready afterwards."""

    folder: ClassVar[Path]
    authority: ClassVar[Authority]
    names: ClassVar[NameServer]
    box: ClassVar[Box]
    mx_port: ClassVar[int] = 9  # of the MX hosts, of which there is one here; nobody listens at 9

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.folder.chmod(0o755)  # Postfix and Dovecot have users of their own
        cls.authority = Authority(cls.folder / "ca")
        cls.names = NameServer(cls.folder / "dns", {"remote.test": ZONE})
        cls.addClassCleanup(cls.names.stop)
        cls.box = Box(options.program, cls.folder / "box", certificate=cls.authority.host("mail.example.test", "localhost"), metrics=True)
        cls.addClassCleanup(cls.box.stop)
        cls.start_peers()
        cls.box.configure({
            "dns": {"forwarders": [cls.names.address]},
            "outbound": {"smtp_port": cls.mx_port, "ca_file": cls.authority.certificate, "prefer_ipv4": True},
            "queue": {"first_retry_seconds": 3600},
            "listen": {"lmtp_group": "postfix"},
            "log": {"level": "debug"},
        })
        cls.box.start()
        for name in ("anna", "bert"):
            cls.box.add_account(name)

    @classmethod
    def start_peers(cls) -> None:
        pass

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        before = len(result.failures) + len(result.errors) if result else 0
        done = super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            print(self.box.log_tail(25))
        return done

    # What the tests do again and again.

    def submit(self, recipient: str, message: bytes, sender: str = "anna@example.test") -> None:
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login(sender, PASSWORD)
            smtp.sendmail(sender, [recipient], message)

    def find(self, name: str, message_id: str, seconds: float = 20) -> bytes:
        """The message with this Message-ID in an INBOX, as soon as it is there."""
        return wait_until(f"{message_id} in {name}'s INBOX", lambda: self.look(name, f'HEADER Message-ID "{message_id}"'), seconds, 0.2)

    def look(self, name: str, criterion: str) -> bytes:
        """The first message that a SEARCH finds; b"" when there is none."""
        with Mailbox(self.box, name) as mailbox:
            found = b"".join(r for r in mailbox.ask(f"SEARCH {criterion}") if r.startswith(b"* SEARCH")).split()[2:]
            return b"".join(mailbox.ask(f"FETCH {found[0].decode()} (BODY.PEEK[])")) if found else b""
