"""Strangers who misbehave."""

import base64
import hashlib
import hmac
import re
import struct
import tempfile
import time
import unittest
from pathlib import Path

from test.harness.box import DOMAIN, PASSWORD, Box, client_tls
from test.harness.stranger import PROXY, Stranger
from test.harness.template import Template
from test.options import options

_SETTINGS = {"dns": {"forwarders": ["127.0.0.1:9"]}, 
    "proxy": {"trusted": [f"{PROXY}/32"]},
    "abuse": {"allow": ["198.51.100.7"], "greeting_pause_millis": 400},
}


def totp(secret: str) -> str:
    """RFC 6238, as the user's telephone computes it."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


class Abuse(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory(prefix="freehold-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.template = Template(options.program, cls.folder / "template")
        cls.boxes = 0

    def setUp(self) -> None:
        type(self).boxes += 1
        self.box: Box = self.template.make(self.folder / str(self.boxes), _SETTINGS)
        self.box.start()
        self.addCleanup(self.box.stop)

    def test_early_talker(self) -> None:
        """abuse.early_talker: who speaks before the greeting is not greeted; who waits is, and the second time at once"""
        with Stranger("192.0.2.1", self.box.smtp, early=b"EHLO spammer.test\r\n") as spammer:
            self.assertRegex(spammer.line(), r"^554 ")
            self.assertEqual(spammer.line(), "")
        with Stranger("192.0.2.2", self.box.smtp) as honest:
            self.assertRegex(honest.line(), r"^220 ")
            honest.say("EHLO mx.test")
            honest.say("MAIL FROM:<a@b.test>")
            honest.say(f"RCPT TO:<anna@{DOMAIN}>")
            honest.say("DATA")
            self.assertRegex(honest.say("Subject: x\r\n\r\nx\r\n."), "^250 ")
        began = time.monotonic()
        with Stranger("192.0.2.2", self.box.smtp) as known:
            self.assertRegex(known.line(), r"^220 ")
        self.assertLess(time.monotonic() - began, 0.3)

    def harvest(self, address: str) -> str:
        with Stranger(address, self.box.smtp) as harvester:
            self.assertRegex(harvester.line(), r"^220 ")
            harvester.say("EHLO harvester.test")
            harvester.say("MAIL FROM:<a@b.test>")
            for i in range(10):
                last = harvester.say(f"RCPT TO:<name{i}@{DOMAIN}>")
            return harvester.line() or last

    def test_harvest(self) -> None:
        """abuse.harvest: who guesses addresses is hung up on and banned for all protocols, also after a restart"""
        began = time.monotonic()
        self.assertRegex(self.harvest("192.0.2.1"), r"^421 4.7.0 ")
        self.assertGreater(time.monotonic() - began, 10)
        with Stranger("192.0.2.1", self.box.smtp) as banned:
            self.assertRegex(banned.line(), r"^421 4.7.0 ")
        with Stranger("192.0.2.1", self.box.imap) as banned:
            self.assertRegex(banned.line(), r"^\* BYE ")
        with Stranger("192.0.2.3", self.box.imap) as other:
            self.assertRegex(other.line(), r"^\* OK ")
        self.box.restart()
        with Stranger("192.0.2.1", self.box.imap) as banned:
            self.assertRegex(banned.line(), r"^\* BYE ")
        self.assertIn("192.0.2.1", self.box.cli("ban", "list"))
        self.box.cli("ban", "remove", "192.0.2.1")
        with Stranger("192.0.2.1", self.box.imap) as forgiven:
            self.assertRegex(forgiven.line(), r"^\* OK ")

    def test_guessing(self) -> None:
        """abuse.guessing: passwords guessed on IMAP close SMTP too; the account and the owner's address stay open"""
        for _ in range(3):
            for attempt in range(5):
                with Stranger("192.0.2.1", self.box.imaps, tls=True) as guesser:
                    if not guesser.line().startswith("* OK"):
                        break
                    answer = guesser.say(f"a LOGIN anna@{DOMAIN} guess-{_}-{attempt}")
                    self.assertRegex(answer, r"^a NO ")
        with Stranger("192.0.2.1", self.box.smtp) as banned:
            self.assertRegex(banned.line(), r"^421 4.7.0 ")
        with Stranger("192.0.2.9", self.box.imaps, tls=True) as anna:
            self.assertRegex(anna.line(), r"^\* OK ")
            self.assertRegex(anna.say(f'a LOGIN anna@{DOMAIN} "{PASSWORD}"'), r"^a OK ")
        for attempt in range(4):
            with Stranger("198.51.100.7", self.box.smtp, early=b"EHLO me\r\n") as owner:
                self.assertRegex(owner.line(), r"^220 ")

    def test_thief(self) -> None:
        """abuse.thief: an account that suddenly sends to strangers is paused, its mail held, its user told"""
        with Stranger("192.0.2.77", self.box.submissions, tls=True) as thief:
            thief.line()
            thief.say("EHLO thief.test")
            login = base64.b64encode(f"\0bert@{DOMAIN}\0{PASSWORD}".encode()).decode()
            self.assertRegex(thief.say(f"AUTH PLAIN {login}"), "^235 ")
            sent = 0
            for i in range(60):
                answer = thief.say(f"MAIL FROM:<bert@{DOMAIN}>")
                if not answer.startswith("250"):
                    break
                thief.say(f"RCPT TO:<victim{i}@elsewhere.test>")
                if not (answer := thief.say("DATA")).startswith("354"):
                    break
                self.assertRegex(thief.say(f"From: bert@{DOMAIN}\r\n\r\nbuy\r\n."), "^250 ")
                sent += 1
            self.assertRegex(answer, "^451 4.7.0 sending is paused")
            self.assertEqual(sent, 40)
        held = self.box.cli("queue", "list")
        self.assertEqual(held.count("HELD"), sent)
        self.assertIn("system", self.box.cli("audit", "list", "--action", "account.pause"))
        with Stranger("192.0.2.78", self.box.imaps, tls=True) as bert:
            bert.line()
            bert.say(f'a LOGIN bert@{DOMAIN} "{PASSWORD}"')
            self.assertEqual(bert.say("b STATUS INBOX (MESSAGES)"), "* STATUS INBOX (MESSAGES 1)")
        self.box.cli("account", "release", f"bert@{DOMAIN}")
        self.assertNotIn("HELD", self.box.cli("queue", "list"))

    def test_totp(self) -> None:
        """abuse.totp: a code as another program computes it turns one-time codes on"""
        begun = self.box.cli("account", "totp", "begin", f"anna@{DOMAIN}")
        found = re.search(r"secret: (\S+)", begun)
        assert found
        codes = self.box.cli("account", "totp", "confirm", f"anna@{DOMAIN}", totp(found[1]))
        self.assertEqual(len(re.findall(r"[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{2}", codes)), 10)
        self.assertIn("on, 10", self.box.cli("account", "totp", "show", f"anna@{DOMAIN}"))
