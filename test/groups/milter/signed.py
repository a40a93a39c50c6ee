"""What a filter changes is changed before it is signed and sealed: dkimpy's opinion on mail that has left the box."""

import json
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
from test.harness.milters import LibMilter
from test.harness.postfix import Postfix
from test.harness.processes import wait_until
from test.options import options

_PEER = ["/usr/bin/python3", str(Path(__file__).parents[2] / "harness" / "dkim_peer.py")]
_FAR = "@ MX 10 mx\nmx A 127.0.0.1"
_ASK = b"Odd-Subject: changed by a filter\r\n"


def txt(name: str, text: str) -> str:
    pieces = " ".join(f'"{text[i:i + 200]}"' for i in range(0, len(text), 200))
    return f"{name} TXT {pieces}"


class SignedMail(unittest.TestCase):
    box: ClassVar[Box]
    postfix: ClassVar[Postfix]
    keys: ClassVar[dict[str, str]]  # name → record

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(temporary.cleanup)
        folder = Path(temporary.name)
        folder.chmod(0o755)
        authority = Authority(folder / "ca")
        cls.postfix = Postfix(folder / "postfix", certificate=authority.host("mx.far.test"), ca_file=authority.certificate,
                              domains=("far.test",))
        cls.addClassCleanup(cls.postfix.stop)
        cls.postfix.start()
        odd = LibMilter(folder / "filter")
        odd.start()
        cls.addClassCleanup(odd.kill)
        cls.box = Box(options.program, folder / "box", certificate=authority.host("mail.example.test", "localhost"))
        cls.addClassCleanup(cls.box.stop)
        cls.box.start()
        cls.box.add_account("anna")
        cls.box.cli("alias", "add", "away@example.test", "friend@far.test")
        cls.box.cli("dkim", "check", "example.test")
        records = cls.box.cli_json("domain", "records", "example.test")
        cls.keys = {r["name"]: r["value"] for r in records if "_domainkey" in r["name"]}
        own = "\n".join(txt(r["name"] + ".", r["value"]) for r in records if r["type"] == "TXT")
        names = NameServer(folder / "dns", {"far.test": _FAR, "example.test": f"@ MX 10 mail\nmail A 127.0.0.1\n{own}"})
        cls.addClassCleanup(names.stop)
        cls.box.stop()
        cls.box.configure({
            "outbound": {"smtp_port": cls.postfix.port, "ca_file": authority.certificate, "prefer_ipv4": True},
            "dns": {"forwarders": [names.address]},
            "filter": {"enabled": False},
            "milter": [{"name": "odd", "address": odd.address, "listeners": ["mx", "submission"]}],
        })
        cls.box.start()
        cls.box.cli("dkim", "check", "example.test")

    def arrived(self, address: str) -> str:
        [message] = wait_until("the message at Postfix", lambda: self.postfix.received(address))
        self.assertIn(b"Subject: changed by a filter", message)
        self.assertIn(b"X-Odd-Bytes:", message)
        return message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").decode("latin-1")

    def ask_dkimpy(self, what: str, message: str) -> object:
        job = {"do": what, "message": message, "zone": self.keys}
        said = subprocess.run(_PEER, input=json.dumps(job) + "\n", capture_output=True, text=True, check=True).stdout
        return json.loads(said)["answer"]

    def test_signed(self) -> None:
        """milter.signed: users' mail whose subject a filter has changed has good signatures"""
        message = _ASK + simple("mine", sender="anna@example.test", message_id="<mine@example.test>")
        with smtplib.SMTP_SSL("127.0.0.1", self.box.submissions, context=client_tls()) as smtp:
            smtp.login("anna@example.test", PASSWORD)
            smtp.sendmail("anna@example.test", ["kim@far.test"], message)
        self.assertEqual(self.ask_dkimpy("verify", self.arrived("kim@far.test")), [True, True])

    def test_sealed(self) -> None:
        """milter.sealed: mail that leads on to elsewhere is sealed as the filter has left it"""
        message = _ASK + simple("onward", sender="joe@far.test", message_id="<onward@far.test>")
        with smtplib.SMTP("127.0.0.1", self.box.smtp, local_hostname="mx.far.test") as smtp:
            smtp.sendmail("joe@far.test", ["away@example.test"], message)
        self.assertEqual(self.ask_dkimpy("arc_verify", self.arrived("friend@far.test")), "pass")
