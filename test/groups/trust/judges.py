"""Our mail at a Postfix that judges with opendkim and opendmarc, as many do."""

import smtplib
import tempfile
import unittest
from pathlib import Path
from typing import ClassVar

from test.harness.box import PASSWORD, Box, client_tls
from test.harness.certificates import Authority
from test.harness.dns import NameServer
from test.harness.mail import simple
from test.harness.milters import OpenDkim, OpenDmarc
from test.harness.network import network_of_its_own
from test.harness.postfix import Postfix
from test.harness.processes import wait_until
from test.options import options

_HOST = "mx.judge.test"


class Judges(unittest.TestCase):
    box: ClassVar[Box]
    postfix: ClassVar[Postfix]

    @classmethod
    def setUpClass(cls) -> None:
        try:
            cls.enterClassContext(network_of_its_own())
        except PermissionError:
            raise unittest.SkipTest("root is needed for a network with port 53 of its own") from None
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="freehold-")))
        folder.chmod(0o755)
        resolver = folder / "resolv.conf"
        resolver.write_text("nameserver 127.0.0.1\n")
        authority = Authority(folder / "ca")
        filters = [OpenDkim(folder / "opendkim", folder / "keys"), OpenDmarc(folder / "opendmarc", resolver, _HOST)]
        cls.postfix = Postfix(folder / "postfix", certificate=authority.host(_HOST), ca_file=authority.certificate, hostname=_HOST,
                              domains=("judge.test",), settings={"smtpd_milters": ", ".join(f.address for f in filters)})
        cls.box = Box(options.program, folder / "box", settings={
            "dns": {"forwarders": ["127.0.0.1:53"]},
            "outbound": {"smtp_port": cls.postfix.port, "ca_file": authority.certificate, "prefer_ipv4": True}})
        cls.addClassCleanup(cls.box.stop)
        cls.box.start()
        cls.box.add_account("anna")
        cls.box.cli("dkim", "check", "example.test")
        records = [r for r in cls.box.cli_json("domain", "records", "example.test") if r["type"] == "TXT" and not r["name"].startswith("_dmarc")]
        cls.box.stop()
        own = "\n".join(f"{r['name']}. TXT " + " ".join(f'"{r["value"][i:i + 200]}"' for i in range(0, len(r["value"]), 200)) for r in records)
        # opendkim's own resolver does not ask this machine.
        (folder / "keys").write_text("".join(f"{r['name']} {r['value']}\n" for r in records if "_domainkey" in r["name"]))
        names = NameServer(folder / "dns", {
            "example.test": f'@ MX 10 mail\nmail A 127.0.0.1\n_dmarc TXT "v=DMARC1; p=reject"\n{own}',
            "judge.test": "@ MX 10 mx\nmx A 127.0.0.1", "0.0.127.in-addr.arpa": "1 PTR mail.example.test."}, 53)
        cls.addClassCleanup(names.stop)
        for each in filters:
            cls.addClassCleanup(each.stop)
            each.start()
        cls.addClassCleanup(cls.postfix.stop)
        cls.postfix.start()
        cls.box.start()
        cls.box.cli("dkim", "check", "example.test")

    def test_ours_passes(self) -> None:
        """trust.judges: opendkim and opendmarc find what we send proved by both signatures"""
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("anna@example.test", PASSWORD)
            smtp.sendmail("anna@example.test", ["kim@judge.test"], simple("hello", sender="anna@example.test", message_id="<j1@example.test>"))
        [arrived] = wait_until("the message at Postfix", lambda: self.postfix.received("kim@judge.test"))
        results = [line for line in arrived.replace(b"\n\t", b" ").splitlines() if line.startswith(b"Authentication-Results:")]
        self.assertTrue(any(b"dmarc=pass" in line for line in results), arrived)
        self.assertTrue(any(line.count(b"dkim=pass") >= 1 for line in results), arrived)
        self.assertFalse(any(b"dkim=fail" in line for line in results), arrived)

    def test_forgery_is_refused(self) -> None:
        """trust.judges: the same judges refuse what others send in our name, so the test can fail"""
        with smtplib.SMTP("127.0.0.1", self.postfix.port) as smtp, self.assertRaises(smtplib.SMTPDataError) as refused:
            smtp.sendmail("x@judge.test", ["kim@judge.test"], simple("hello", sender="anna@example.test"))
        self.assertIn(b"DMARC", refused.exception.smtp_error)
