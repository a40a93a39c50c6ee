"""Our own MTA-STS policy: what the owner asks for is served and told in DNS, and another box keeps to it."""

import smtplib
import tempfile
import unittest
from pathlib import Path
from typing import Any, ClassVar

from test.groups.trust.transport_cases import REQUIRETLS
from test.harness.box import PASSWORD, Box, client_tls
from test.harness.certificates import Authority
from test.harness.mail import simple
from test.harness.mailbox import Mailbox
from test.harness.network import network_of_its_own
from test.harness.processes import run, wait_until
from test.harness.signed_dns import SignedNameServer, Signing, Zone
from test.options import options

_ADDRESS = "127.0.3.1"  # of the box that is written to
_POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mail.here.test\r\nmax_age: 604800\r\n"


class OwnPolicy(unittest.TestCase):
    authority: ClassVar[Authority]
    names: ClassVar[SignedNameServer]
    here: ClassVar[Box]  # has a policy
    there: ClassVar[Box]  # writes to it

    @classmethod
    def setUpClass(cls) -> None:
        try:
            cls.enterClassContext(network_of_its_own())
        except PermissionError:
            raise unittest.SkipTest("root is needed for a network with port 25 of its own") from None
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="freehold-")))
        cls.authority = Authority(folder / "ca")
        cls.names = SignedNameServer(folder / "dns", [Zone("here.test", "", Signing.NONE, ttl=0)])
        cls.addClassCleanup(cls.names.stop)
        dns = {"dns": {"forwarders": [cls.names.address]}}
        cls.here = Box(options.program, folder / "here", hostname="mail.here.test", domain="here.test",
                       certificate=cls.authority.host("mail.here.test", "mta-sts.here.test"), settings=dns)
        cls.here.configure({**dns, "listen": {"smtp": [f"127.0.0.1:{cls.here.smtp}", f"{_ADDRESS}:25"], "https": [f"{_ADDRESS}:443"]}})
        cls.there = Box(options.program, folder / "there", hostname="mail.there.test", domain="there.test", settings={
            **dns,
            "outbound": {"ca_file": cls.authority.certificate, "prefer_ipv4": True, "private_addresses": True},
            "queue": {"first_retry_seconds": 3600}})
        for box in (cls.here, cls.there):
            cls.addClassCleanup(box.stop)
            box.start()
            box.add_account("anna")

    def setUp(self) -> None:
        self.here.cli("domain", "mta-sts", "here.test", "enforce", "--max-age", "604800")

    def records(self) -> list[dict[str, Any]]:
        return list(self.here.cli_json("domain", "records", "here.test"))

    def record_id(self) -> str:
        [record] = [r["value"] for r in self.records() if r["name"] == "_mta-sts.here.test"]
        self.assertRegex(record, r"^v=STSv1; id=[A-Za-z0-9]{1,32};$")
        return str(record)

    def curl(self, *args: str, host: str = "mta-sts.here.test", path: str = "/.well-known/mta-sts.txt") -> str:
        return run(["curl", "-sS", "--cacert", self.authority.certificate, "--resolve", f"{host}:443:{_ADDRESS}", *args,
                    f"https://{host}{path}"]).stdout

    def status(self, *args: str, **where: str) -> str:
        return self.curl("-k", "-o", "/dev/null", "-w", "%{http_code}", *args, **where)

    def test_is_served(self) -> None:
        """own policy: it is served over valid TLS at the domain's policy host, and nowhere else"""
        self.assertEqual(self.curl(), _POLICY)
        self.assertIn("content-type: text/plain", self.curl("-I").lower())
        self.assertEqual(self.status(), "200")
        self.assertEqual(self.status(host="mta-sts.absent.test"), "404")
        self.assertEqual(self.status(host="here.test"), "404")
        self.assertEqual(self.status(path="/"), "404")
        self.assertEqual(self.status("-d", "x"), "405")
        self.assertEqual(self.status("-H", "X: " + "a" * 20_000), "431")

    def test_keeps_the_connection(self) -> None:
        """own policy: two requests go over one connection"""
        url = "https://mta-sts.here.test/.well-known/mta-sts.txt"
        said = self.curl("-w", "connects=%{num_connects}\n", url)
        self.assertEqual(said.count("connects="), 2)
        self.assertIn("connects=0", said)

    def test_id(self) -> None:
        """own policy: its record has another id whenever the policy is another, and the same for the same"""
        first = self.record_id()
        self.here.cli("domain", "mta-sts", "here.test", "testing", "--max-age", "86400")
        self.assertIn("mode: testing\r\nmx: mail.here.test\r\nmax_age: 86400\r\n", self.curl())
        second = self.record_id()
        self.assertNotEqual(first, second)
        self.here.cli("domain", "mta-sts", "here.test", "enforce", "--max-age", "604800")
        self.assertEqual(self.record_id(), first)
        self.here.cli("domain", "mta-sts", "here.test", "off")
        self.assertEqual(self.status(), "404")
        self.assertEqual([r for r in self.records() if "mta-sts" in r["name"]], [])
        self.here.cli_fails("domain", "mta-sts", "here.test", "enforced")
        self.here.cli_fails("domain", "mta-sts", "absent.test", "enforce")

    def test_records(self) -> None:
        """own policy: DNS says that it is there, where it is, and where trouble is reported"""
        found = {(r["name"], r["type"]): r["value"] for r in self.records()}
        self.assertEqual(found["mta-sts.here.test", "CNAME"], "mail.here.test")
        self.assertEqual(found["_smtp._tls.here.test", "TXT"], "v=TLSRPTv1; rua=mailto:tls-reports@here.test")

    def send(self, number: int, *options: str) -> str:
        """From `there` to `here`; the line that `there` logged of the first attempt."""
        recipient = f"anna+{number}@here.test"
        with smtplib.SMTP_SSL("127.0.0.1", self.there.submissions, context=client_tls()) as smtp:
            smtp.login("anna@there.test", PASSWORD)
            smtp.sendmail("anna@there.test", [recipient], simple("hello", sender="anna@there.test", message_id=f"<{number}@there.test>"), list(options))
        lines = wait_until("an attempt", lambda: [line for line in self.there.log.read_text().splitlines()
                                                  if "queue." in line and f"anna+{number}@" in line], 30)
        return lines[0]

    def test_is_kept_to(self) -> None:
        """own policy: another box delivers under it, also what needs REQUIRETLS, and waits when the certificate is not valid"""
        own = "\n".join(f'{r["name"]}. TXT "{r["value"]}"' for r in self.records() if r["type"] == "TXT" and "_domainkey" not in r["name"])
        self.names.rewrite(Zone("here.test", f"@ MX 10 mail\nmail A {_ADDRESS}\nmta-sts CNAME mail\n{own}", Signing.NONE, ttl=0))
        self.assertRegex(self.send(1), r"queue\.(delivered|relayed).*, verified")
        self.assertRegex(self.send(2, REQUIRETLS), r"queue\.(delivered|relayed).*, verified")
        with Mailbox(self.here, "anna") as inbox:
            self.assertEqual(inbox.exists, 2)
        self.here.stop()
        text = self.here.config.read_text()
        for good, name in zip(self.here.certificate, ("certificate.pem", "key.pem"), strict=True):  # as setup made them
            self.here.config.write_text(self.here.config.read_text().replace(str(good), str(self.here.folder / name)))
        self.here.start()
        try:
            self.assertRegex(self.send(3), r"queue\.deferred.*self-signed certificate")
        finally:
            self.here.stop()
            self.here.config.write_text(text)
            self.here.start()
        self.there.cli("queue", "retry", "all")

        def arrived() -> bool:
            with Mailbox(self.here, "anna") as inbox:
                return inbox.exists == 3  # noqa: PLR2004

        wait_until("the message that waited", arrived, 20, 0.2)
